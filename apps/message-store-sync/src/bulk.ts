import { STATUS_CODES } from 'node:http';
import type { ProblemError } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { requestError, requestErrorOf } from './nms-error.js';

/** What became of one of many; `code` as the status of a request of its own. */
const outcome = { code: z.int(), reason: z.string() };
const bulkResponse = z.union([z.object({ ...outcome, success: z.object({ resourceURL: z.string() }) }), z.object({ ...outcome, failure: requestError })]);
export type BulkResponse = z.output<typeof bulkResponse>;

/** `cursor`: there is more that the criteria of the request fit. */
const bulkResponses = z.object({ response: z.array(bulkResponse).readonly(), cursor: z.string().exactOptional() });
export type BulkResponses = z.output<typeof bulkResponses>;
export const bulkResponseList = z.object({ bulkResponseList: bulkResponses }).meta({ id: 'BulkResponseList' });
export type BulkAnswer = z.output<typeof bulkResponseList>;

export function succeeded(resourceURL: string, code: 200 | 201 | 204): BulkResponse {
  return { code, reason: STATUS_CODES[code] ?? '', success: { resourceURL } };
}

export function failed(problem: ProblemError): BulkResponse {
  return { code: problem.status, reason: STATUS_CODES[problem.status] ?? '', failure: requestErrorOf(problem) };
}

/** 206 when something of it failed. */
export function bulkAnswer(responses: BulkResponses, reply: FastifyReply): BulkAnswer {
  reply.status(responses.response.every((one) => 'success' in one) ? 200 : 206);
  return { bulkResponseList: responses };
}
