import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ProblemError, problemOf } from '@cpm/http';
import type { FastifyReply } from 'fastify';

interface NmsException {
  readonly messageId: string;
  readonly text: string;
  readonly variables?: readonly string[];
}

/** An OMA NMS error document. */
export interface RequestError {
  readonly requestError: { readonly serviceException: NmsException } | { readonly policyException: NmsException };
}

/** Says every error of a route in the words of OMA NMS: refused callers are a matter of policy, the rest one of service. */
@Catch()
export class NmsErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const problem = problemOf(error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // An answer that has begun is cut, so that nobody takes a part for the whole.
    if (reply.raw.headersSent) reply.raw.destroy();
    else void reply.status(problem.status).headers(problem.headers).type('application/json').send(requestErrorOf(problem));
  }
}

export function requestErrorOf({ status, detail, errors = [] }: ProblemError): RequestError {
  if (status === 401 || status === 403) return { requestError: { policyException: { messageId: 'POL0001', text: detail } } };
  const [first] = errors;
  if (first) {
    const text = `Invalid input value for %1: ${first.message}`;
    return { requestError: { serviceException: { messageId: 'SVC0002', text, variables: [first.path] } } };
  }
  return { requestError: { serviceException: { messageId: status === 404 ? 'SVC0004' : 'SVC0001', text: detail } } };
}
