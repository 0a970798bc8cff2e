import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ZodError } from 'zod';
import { isOutage } from './outage.js';
import { fieldErrors } from './parse.js';
import { invalidRequest, ProblemError } from './problem.js';

/** What Fastify and Node name their own refusals by. */
const SLUG_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'invalid-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'payload-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
  431: 'headers-too-large',
  503: 'temporarily-unavailable',
};

/** Answers every error of a controller, guard, parser or router as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const problem = problemOf(error);
    if (problem.status >= 500) this.logger.error({ problem: problem.slug, cause: describe(problem.cause ?? error) });
    sendProblem(host.switchToHttp().getResponse<FastifyReply>(), problem);
  }
}

/** Writes the problem unless an answer has begun; then the connection is cut, so that nobody takes a part for the whole. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): void {
  if (reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  void reply.status(problem.status).headers(problem.headers).type('application/problem+json').send(JSON.stringify(problem.toProblem()));
}

/** The problem an error stands for; an error nobody foresaw says nothing of its inside. */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof ZodError) return invalidRequest(fieldErrors(error));
  const status = statusOf(error);
  if (isAbandoned(error)) return new ProblemError(400, 'request-abandoned', 'the request ended before it was whole', { cause: error });
  if (status === undefined || status >= 500) {
    return status === 503 || isOutage(error)
      ? new ProblemError(503, 'temporarily-unavailable', 'the service cannot answer now', { headers: { 'retry-after': '1' }, cause: error })
      : new ProblemError(500, 'internal-error', 'the service failed to answer', { cause: error });
  }
  return new ProblemError(status, SLUG_OF_STATUS[status] ?? 'request-refused', status === 404 ? 'there is nothing here' : (error as Error).message || (STATUS_CODES[status] ?? 'the request was refused'));
}

/** The client hung up while it was sending: nobody is there to read the answer. */
function isAbandoned(error: unknown): boolean {
  return error instanceof Error && error.message === 'aborted' && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 600 ? statusCode : undefined;
}

/** Stack only: the message of a database error can hold what a user wrote. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')).slice(0, 8) ?? [];
  return [error.name, ...frames].join('\n');
}
