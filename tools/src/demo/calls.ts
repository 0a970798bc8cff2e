import { devKeys } from '../dev-tokens/index.js';

/** One JSON call of the outside interface. */
export interface OutsideCall {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Of the development token that goes along; none when absent. */
  readonly scope?: 'operator' | 'network';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OutsideAnswer {
  readonly body: unknown;
  readonly etag: string;
}

/** An answer other than success. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(
    readonly status: number,
    call: Pick<OutsideCall, 'method' | 'url'>,
    detail: string,
  ) {
    super(`${call.method} ${call.url} was answered with ${status}${detail === '' ? '' : `: ${detail}`}`);
  }
}

/** @throws RefusedError, or the error of `fetch` when nobody answers */
export async function call({ url, method, scope, body, headers }: OutsideCall): Promise<OutsideAnswer> {
  const token = scope && (await (await devKeys()).sign({ scope }));
  const response = await fetch(url, {
    method,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new RefusedError(response.status, { method, url }, detailOf(text));
  return { body: text === '' ? undefined : (JSON.parse(text) as unknown), etag: response.headers.get('etag') ?? '' };
}

function detailOf(text: string): string {
  try {
    const { title = '', detail = title, errors } = JSON.parse(text) as { title?: string; detail?: string; errors?: unknown };
    return errors === undefined ? detail : `${detail} ${JSON.stringify(errors)}`;
  } catch {
    return text.slice(0, 200);
  }
}
