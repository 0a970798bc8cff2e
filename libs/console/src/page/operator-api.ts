/** What the server refused, as RFC 9457 says it. `faults` name the fields. */
export class ProblemAnswer extends Error {
  override readonly name = 'ProblemAnswer';
  constructor(
    readonly status: number,
    message: string,
    readonly faults: readonly string[] = [],
  ) {
    super(message);
  }
}

interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export interface Answer<Body> {
  readonly body: Body;
  readonly etag: string | null;
}

const TOKEN = 'cpm-operator-token';

/** Calls of `/admin/v1` with the operator's token, which lives as long as this tab. */
export class OperatorApi {
  get token(): string | null {
    return sessionStorage.getItem(TOKEN);
  }

  set token(token: string | null) {
    if (token === null) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, token);
  }

  /** Keeps the token only once it is known to be an operator's. @throws ProblemAnswer */
  async signIn(token: string): Promise<void> {
    await this.call('GET', '/policy', undefined, { authorization: `Bearer ${token}` });
    this.token = token;
  }

  async get<Body>(path: string): Promise<Body> {
    return (await this.call<Body>('GET', path)).body;
  }

  /** @throws ProblemAnswer, also where nobody answers (status 0) */
  async call<Body>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<Body>> {
    const response = await fetch(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token ?? ''}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new ProblemAnswer(0, 'The server does not answer.');
    });
    const text = await response.text();
    const told = parsed(text);
    if (!response.ok) throw problemOf(response, told as ProblemBody | undefined);
    return { body: told as Body, etag: response.headers.get('etag') };
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf({ status, statusText }: Response, body: ProblemBody | undefined): ProblemAnswer {
  const faults = (body?.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
  return new ProblemAnswer(status, body?.detail ?? body?.title ?? `${status} ${statusText}`, faults);
}
