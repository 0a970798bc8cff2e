import { STATUS_CODES } from 'node:http';
import type { ProblemError } from '@cpm/http';
import type { FastifyReply } from 'fastify';
import { requestErrorOf, type RequestError } from './nms-error.js';

/** What became of one of many; `code` as the status of a request of its own. */
export type BulkResponse =
  | { readonly code: number; readonly reason: string; readonly success: { readonly resourceURL: string } }
  | { readonly code: number; readonly reason: string; readonly failure: RequestError };

/** `cursor`: there is more that the criteria of the request fit. */
export interface BulkResponses {
  readonly response: readonly BulkResponse[];
  readonly cursor?: string;
}
export interface BulkAnswer {
  readonly bulkResponseList: BulkResponses;
}

export function succeeded(resourceURL: string, code: 200 | 201 | 204): BulkResponse {
  return { code, reason: STATUS_CODES[code] ?? '', success: { resourceURL } };
}

export function failed(problem: ProblemError): BulkResponse {
  return { code: problem.status, reason: STATUS_CODES[problem.status] ?? '', failure: requestErrorOf(problem) };
}

/** 206 when something of it failed. */
export function bulkAnswer(bulkResponseList: BulkResponses, reply: FastifyReply): BulkAnswer {
  reply.status(bulkResponseList.response.every((one) => 'success' in one) ? 200 : 206);
  return { bulkResponseList };
}
