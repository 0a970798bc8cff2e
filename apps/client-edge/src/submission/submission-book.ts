import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { orUnavailable, ProblemError } from '@cpm/http';
import { within } from '@cpm/runtime-mongo';
import type { CpmAddress, SessionKind } from '@cpm/vocabulary';
import { mongo, type Connection } from 'mongoose';
import { z } from 'zod';
import { COMMITTED, collectionOf, MAJORITY } from '../database.js';
import { MONGO } from '../ports.js';

export const submissionResult = z.object({ id: z.string(), conversationId: z.string(), contributionId: z.string() }).readonly().meta({ id: 'SubmissionResult' });
export type SubmissionResult = z.output<typeof submissionResult>;

/** What is remembered of an accepted message, id `user|message id`: enough to answer and publish it again as it was. */
export interface Submission {
  readonly _id: string;
  /** Of the request's canonical form. */
  readonly hash: string;
  readonly result: SubmissionResult;
  readonly to: readonly CpmAddress[];
  readonly at: Date;
  /** Of the content, in bytes. */
  readonly size: number;
  /** Epoch ms. */
  readonly expiresAtMs: number;
  /** Where a text too long for the log is stored. */
  readonly contentId?: string;
  /** It is the start of a session of this kind. */
  readonly session?: SessionKind;
}

interface Waiting {
  readonly submission: Submission;
  readonly resolve: (kept: Submission) => void;
  readonly reject: (error: unknown) => void;
}

const REMEMBERED_SEC = 7 * 86_400;
const MAX_WAITING = 10_000;
const MAX_BATCH = 1_000;
const WRITE_LIMIT_MS = 10_000;
const DUPLICATE_KEY = 11_000;

class TooManyWaitingError extends Error {
  override readonly name = 'TooManyWaitingError';
}

export const submissionKey = (user: CpmAddress, messageId: string): string => `${user}|${messageId}`;

/** The accepted messages of the last seven days. Requests that come while one write is under way leave together in the next. */
@Injectable()
export class SubmissionBook implements OnModuleInit {
  private waiting: Waiting[] = [];
  private isWriting = false;

  constructor(@Inject(MONGO) private readonly connection: Connection) {}

  async onModuleInit(): Promise<void> {
    await this.submissions.createIndexes([{ key: { at: 1 }, expireAfterSeconds: REMEMBERED_SEC, name: 'remembered' }]);
  }

  /** Remembers the submission unless one with its id is known; resolves with the one that stands. */
  private keep(submission: Submission): Promise<Submission> {
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(new TooManyWaitingError('too many submissions wait for the database'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ submission, resolve, reject });
      if (!this.isWriting) void this.write();
    });
  }

  /** Like `keep`, for a request: throws the problem 409 when something else stands under its id, 503 when that is not known. */
  async claim(submission: Submission): Promise<Submission> {
    const standing = await orUnavailable(this.keep(submission));
    if (standing.hash !== submission.hash) throw new ProblemError(409, 'id-reused', 'something else was sent under this id', { errors: [{ path: 'id', message: 'is taken by another message or session' }] });
    return standing;
  }

  async find(key: string): Promise<Submission | undefined> {
    return (await this.submissions.findOne({ _id: key }, { readConcern: COMMITTED })) ?? undefined;
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      // Requests of the same turn of the event loop join this write.
      await new Promise(setImmediate);
      const batch = this.waiting.splice(0, MAX_BATCH);
      try {
        const standing = await within(WRITE_LIMIT_MS, this.insert(batch.map(({ submission }) => submission)));
        for (const { submission, resolve } of batch) resolve(standing.get(submission._id) ?? submission);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isWriting = false;
  }

  /** The submissions that were known before, by id. */
  private async insert(submissions: readonly Submission[]): Promise<ReadonlyMap<string, Submission>> {
    try {
      await this.submissions.insertMany([...submissions], { ordered: false, writeConcern: MAJORITY, ignoreUndefined: true });
      return new Map();
    } catch (error) {
      const duplicates = duplicatesOf(error);
      if (!duplicates) throw error;
      const known = await this.submissions.find({ _id: { $in: duplicates } }, { readConcern: COMMITTED }).toArray();
      return new Map(known.map((submission) => [submission._id, submission]));
    }
  }

  private get submissions(): mongo.Collection<Submission> {
    return collectionOf<Submission>(this.connection, 'client-edge.submissions');
  }
}

/** Ids of documents that were there already; undefined when the write failed in any other way. */
function duplicatesOf(error: unknown): string[] | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError) || error.result.getWriteConcernError()) return undefined;
  const failures = [error.writeErrors].flat();
  // A lost connection is told as a bulk write without any failed document.
  if (failures.length === 0 || failures.some(({ code }) => code !== DUPLICATE_KEY)) return undefined;
  return failures.map((failure) => (failure.getOperation() as Submission)._id);
}
