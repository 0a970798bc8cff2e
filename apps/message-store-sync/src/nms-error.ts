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

/** Says every error of a route in the words of OMA NMS: what is refused, or stands against it, is a matter of policy, the rest one of service. */
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

/** A value of a closed list that is none of it: SVC0003. */
export function notOneOf(path: string, valid: readonly string[]): ProblemError {
  const message = `must be ${valid.join(' or ')}`;
  return new ProblemError(400, 'invalid-value', `${path}: ${message}`, { errors: [{ path, message }], members: { valid } });
}

const POLICIES: Readonly<Record<string, string>> = { 'quota-exceeded': 'POL1009' };

export function requestErrorOf({ status, slug, detail, errors = [], members: { valid } }: ProblemError): RequestError {
  const [first] = errors;
  if ([401, 403, 409].includes(status)) {
    return { requestError: { policyException: { messageId: POLICIES[slug] ?? 'POL0001', text: detail, ...(first && { variables: [first.path] }) } } };
  }
  if (status === 404) return { requestError: { serviceException: { messageId: 'SVC0004', text: detail, ...(first && { variables: [first.path] }) } } };
  if (first && Array.isArray(valid)) {
    return { requestError: { serviceException: { messageId: 'SVC0003', text: 'Invalid input value for %1, valid values are %2', variables: [first.path, valid.join(', ')] } } };
  }
  if (first) return { requestError: { serviceException: { messageId: 'SVC0002', text: `Invalid input value for %1: ${first.message}`, variables: [first.path] } } };
  return { requestError: { serviceException: { messageId: 'SVC0001', text: detail } } };
}
