/**
 * An answer other than success: RFC 9457 problem details, or the message store's requestError. `kind` is the last part of their
 * `type`, or the `messageId` (`SVC0002`).
 */
export class CpmProblem extends Error {
  override readonly name = 'CpmProblem';

  constructor(
    readonly status: number,
    readonly kind: string,
    readonly detail: string,
    readonly errors: readonly { readonly path: string; readonly message: string }[],
    /** When the server asks to wait before a repetition. */
    readonly retryAfterMs: number | undefined,
    /** Name of the user's own device that was first. */
    readonly device?: string,
  ) {
    super(`${status} ${kind}: ${detail}`);
  }
}

/** The `kind` of an answer whose body is none of the service's. */
export const UNNAMED = 'unknown';
const LONGEST_DETAIL = 200;

interface ProblemBody {
  readonly type?: string;
  readonly detail?: string;
  readonly errors?: CpmProblem['errors'];
  readonly device?: string;
}

interface NmsException {
  readonly messageId: string;
  readonly text: string;
  readonly variables?: readonly string[];
}
interface NmsErrorBody {
  readonly requestError?: { readonly serviceException?: NmsException; readonly policyException?: NmsException };
}

export async function problemOf(response: Response): Promise<CpmProblem> {
  const body = parsed(await response.text().catch(() => ''));
  const exception = body.requestError?.serviceException ?? body.requestError?.policyException;
  return toProblem(response.status, exception ? told(exception) : body, Number(response.headers.get('retry-after')));
}

/** What names no problem comes from somebody on the way: how it begins tells from whom. */
function parsed(text: string): ProblemBody & NmsErrorBody {
  const unnamed = { detail: text.slice(0, LONGEST_DETAIL) };
  try {
    const body = JSON.parse(text) as (ProblemBody & NmsErrorBody) | null;
    return body?.type !== undefined || body?.requestError !== undefined ? body : unnamed;
  } catch {
    return unnamed;
  }
}

function told({ messageId, text, variables = [] }: NmsException): ProblemBody {
  return { type: messageId, detail: text.replace(/%(\d)/g, (whole, place: string) => variables[Number(place) - 1] ?? whole) };
}

export function toProblem(status: number, { type = UNNAMED, detail = '', errors = [], device }: ProblemBody, retryAfterSec = Number.NaN): CpmProblem {
  return new CpmProblem(status, type.split(':').at(-1) ?? type, detail, errors, retryAfterSec > 0 ? retryAfterSec * 1000 : undefined, device);
}
