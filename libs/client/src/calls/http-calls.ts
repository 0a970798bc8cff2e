import { asAsked, Backoff, pause } from './backoff.js';
import { CpmProblem, problemOf } from './problem.js';

export type TokenSource = string | (() => string | Promise<string>);

export interface HttpOptions {
  /** Base URL without a final slash. */
  readonly url: string;
  readonly token: TokenSource;
  readonly fetch: typeof globalThis.fetch;
  /** How long a call is repeated while the server cannot be reached or asks to wait. */
  readonly retryForMs: number;
  /** Ends an attempt. */
  readonly signal?: () => AbortSignal;
}

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly content?: string | Uint8Array<ArrayBuffer> | Blob;
}

const WORTH_REPEATING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Authenticated calls. Repeats what may be repeated: every call of this library carries its own id or changes nothing twice. */
export class HttpCalls {
  constructor(private readonly options: HttpOptions) {}

  get retryForMs(): number {
    return this.options.retryForMs;
  }

  /** The same calls, each attempted once and ended by a signal: for who tries again by himself. */
  impatient(signal: () => AbortSignal): HttpCalls {
    return new HttpCalls({ ...this.options, retryForMs: 0, signal });
  }

  async token(): Promise<string> {
    const { token } = this.options;
    return typeof token === 'string' ? token : token();
  }

  /** The answer's JSON; undefined when there is none. Throws CpmProblem, or the error of `fetch` when nobody answers. */
  async json<Answer>(call: Call): Promise<Answer> {
    const text = await (await this.answer(call)).text();
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  async answer(call: Call): Promise<Response> {
    const until = Date.now() + this.options.retryForMs;
    const backoff = new Backoff(100, 5_000);
    for (;;) {
      const { response, error } = await this.attempt(call);
      if (response?.ok) return response;
      const problem = response ? await problemOf(response) : error;
      const isFinal = problem instanceof CpmProblem && !WORTH_REPEATING.has(problem.status);
      const waitMs = problem instanceof CpmProblem ? Math.max(asAsked(problem.retryAfterMs), backoff.next()) : backoff.next();
      if (isFinal || Date.now() + waitMs > until) throw problem;
      await pause(waitMs);
    }
  }

  /** The answer to one attempt, whatever it is. Throws the error of `fetch` when nobody answers. */
  async once(call: Call): Promise<Response> {
    const { response, error } = await this.attempt(call);
    if (response) return response;
    throw error as Error;
  }

  private async attempt({ method, path, body, content, headers }: Call): Promise<{ response?: Response; error?: unknown }> {
    const { url, fetch, signal } = this.options;
    const ends = signal?.();
    const authorization = `Bearer ${await (ends ? unless(ends, this.token()) : this.token())}`;
    const payload = content ?? (body === undefined ? undefined : JSON.stringify(body));
    try {
      const response = await fetch(url + path, {
        method,
        headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(payload !== undefined && { body: payload }),
        ...(ends && { signal: ends }),
      });
      return { response };
    } catch (error) {
      return { error };
    }
  }
}

/** A token source may hang on the connection that was lost. */
function unless<Value>(ends: AbortSignal, value: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(ends.reason as Error);
    if (ends.aborted) stop();
    ends.addEventListener('abort', stop, { once: true });
    value.then(resolve, reject).finally(() => ends.removeEventListener('abort', stop));
  });
}
