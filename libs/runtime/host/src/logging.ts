import type { DynamicModule } from '@nestjs/common';
import { traceOf } from '@cpm/http';
import { currentSpan } from '@cpm/runtime-ports';
import type { FastifyInstance } from 'fastify';
import { LoggerModule } from 'nestjs-pino';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { HostConfig } from './config.js';
import { redactionBy } from './redaction.js';

/** Fields that hold what users wrote, or secrets, wherever they stand in a log object. */
const SECRET_FIELDS = ['authorization', 'body', 'text', 'password', 'token', 'payload', 'value', 'subject', 'fileName'];

/** By which a line and the trace that it was written in are found by one another. */
function idsOf(span: { readonly traceId: string; readonly spanId: string } | undefined): { readonly traceId?: string; readonly spanId?: string } {
  return span ? { traceId: span.traceId, spanId: span.spanId } : {};
}

/** JSON lines, on standard output unless told otherwise, without numbers, addresses, contents or tokens. */
export function createLogger({ LOG_LEVEL, LOG_ADDRESS_KEY }: Pick<HostConfig, 'LOG_LEVEL' | 'LOG_ADDRESS_KEY'>, output: DestinationStream = process.stdout): Logger {
  const redaction = { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' };
  const redact = redactionBy(LOG_ADDRESS_KEY);
  return pino({ level: LOG_LEVEL, base: null, redact: redaction, mixin: () => idsOf(currentSpan()) }, { write: (line: string) => output.write(redact(line)) });
}

/** Nest's own log through the given logger. Its middleware is left out: it would make a logger for every request. */
export function loggingModule(logger: Logger): DynamicModule {
  return LoggerModule.forRoot({ pinoHttp: { logger }, forRoutes: [] });
}

/** Logs every answered request at level debug, without its query: people search for words. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  if (!logger.isLevelEnabled('debug')) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    logger.debug({ requestId: request.id, method: request.method, path: request.url.split('?', 1)[0], status: reply.statusCode, ms: Math.round(reply.elapsedTime), ...idsOf(traceOf(request)) }, 'request');
    done();
  });
}
