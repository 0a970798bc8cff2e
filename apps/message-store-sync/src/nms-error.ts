import { Catch, Inject, Injectable, type ArgumentsHost, type ExceptionFilter, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ProblemError, problemOf, type Problem } from '@cpm/http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';

const nmsException = z.object({ messageId: z.string(), text: z.string(), variables: z.array(z.string()).readonly().exactOptional() });

/** An OMA NMS error document. */
export const requestError = z.object({ requestError: z.union([z.object({ serviceException: nmsException }), z.object({ policyException: nmsException })]) }).meta({ id: 'RequestError' });
export type RequestError = z.output<typeof requestError>;

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

/** What fails before a route of the message store is reached, or where there is none, is said in the same words. */
@Injectable()
export class NmsErrorWords implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly http: HttpAdapterHost) {}

  onModuleInit(): void {
    this.http.httpAdapter.getInstance<FastifyInstance>().addHook('onSend', (request, reply, payload, done) => {
      const isProblem = request.url.startsWith('/nms/') && String(reply.getHeader('content-type')).startsWith('application/problem+json');
      if (!isProblem || typeof payload !== 'string') done(null, payload);
      else done(null, inWordsOfNms(payload, reply));
    });
  }
}

function inWordsOfNms(payload: string, reply: FastifyReply): string {
  const { status, type, detail, errors } = JSON.parse(payload) as Problem;
  reply.type('application/json');
  return JSON.stringify(requestErrorOf(new ProblemError(status, type.slice(type.lastIndexOf(':') + 1), detail, { ...(errors && { errors }) })));
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
