import { z } from 'zod';

/** One thing wrong with a request: where (`to[3]`, `profiles.work.language`; empty for the whole) and what. */
const fieldError = z.object({ path: z.string(), message: z.string() }).readonly();
export type FieldError = z.output<typeof fieldError>;

/** RFC 9457 problem details as they leave; further members are those of its kind (3.2). */
export const problem = z.looseObject({ type: z.string(), title: z.string(), status: z.int(), detail: z.string(), errors: z.array(fieldError).readonly().exactOptional() }).readonly();
export type Problem = z.output<typeof problem>;

export interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log, never for the client. */
  readonly cause?: unknown;
}

/** An answer other than success. `slug` names the kind of problem and ends its `type`; `detail` is a sentence for a person. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    readonly status: number,
    readonly slug: string,
    readonly detail: string,
    { errors, headers = {}, members = {}, cause }: ProblemOptions = {},
  ) {
    super(`${status} ${slug}: ${detail}`, { cause });
    this.errors = errors;
    this.headers = headers;
    this.members = members;
  }

  toProblem(): Problem {
    const { status, slug, detail, errors, members } = this;
    return { ...members, type: `urn:problem-type:cpm:${slug}`, title: titleOf(slug), status, detail, ...(errors && { errors }) };
  }
}

function titleOf(slug: string): string {
  const words = slug.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const invalidRequest = (errors: readonly FieldError[]): ProblemError =>
  new ProblemError(400, 'invalid-request', sentence(errors), { errors });

export const payloadTooLarge = (limitBytes: number): ProblemError =>
  new ProblemError(413, 'payload-too-large', `the content exceeds ${limitBytes} bytes`);

/** The log cannot take more now; nothing is known to be kept, and the same request may be repeated. */
export const unavailable = (retryAfterSec: number, cause?: unknown): ProblemError =>
  new ProblemError(503, 'temporarily-unavailable', 'the request could not be kept safely: repeat it', {
    headers: { 'retry-after': String(retryAfterSec) },
    cause,
  });

/** Rejects with `unavailable` whatever went wrong: whether the work was done is not known. */
export function orUnavailable<Value>(work: Promise<Value>): Promise<Value> {
  return work.catch((error: unknown) => {
    throw unavailable(1, error);
  });
}

function sentence(errors: readonly FieldError[]): string {
  const [first] = errors;
  if (!first) return 'the request is not valid';
  return first.path === '' ? first.message : `${first.path}: ${first.message}`;
}
