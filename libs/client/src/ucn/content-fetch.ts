import type { NmsCalls } from '../nms/nms-calls.js';
import type { ContentPiece, LocalStore } from '../store/local-store.js';
import type { StoredObject } from '../store/stored.js';

/** What came is not what the store says it has. */
export class ContentMismatchError extends Error {
  override readonly name = 'ContentMismatchError';
}

/** Asked for at a time, so that a break costs no more. Bytes. */
const SLICE_BYTES = 1 << 20;
const WHOLE = 0;

interface Part {
  readonly object: string;
  readonly part: number;
  readonly href: string;
  /** Bytes; undefined when only the answer tells. */
  readonly size: number | undefined;
}

/** The parts that make up all of an object; none for one without content. */
export function partsOf({ id, payloadParts, payloadUrl }: StoredObject): readonly Part[] {
  if (payloadParts.length > 0) return payloadParts.map(({ href, size }, index) => ({ object: id, part: index + 1, href, size }));
  return payloadUrl === undefined ? [] : [{ object: id, part: WHOLE, href: payloadUrl, size: undefined }];
}

/** Obtains content of stored objects piece by piece, and goes on after a break where it was. */
export class ContentFetch {
  constructor(
    private readonly nms: NmsCalls,
    private readonly store: LocalStore,
    private readonly sliceBytes = SLICE_BYTES,
  ) {}

  /** Resolves when every part is kept here in its full length. Throws CpmProblem, ContentMismatchError or the error of `fetch`. */
  async obtain(object: StoredObject): Promise<void> {
    for (const part of partsOf(object)) await this.obtainPart(part);
  }

  /** Undefined until it is here in full. */
  async kept(part: Part): Promise<readonly Uint8Array<ArrayBuffer>[] | undefined> {
    const pieces = await this.store.content(part.object, part.part);
    const isComplete = part.size === undefined ? pieces.length > 0 : lengthOf(pieces) === part.size;
    return isComplete ? withoutGap(pieces).map(({ bytes }) => bytes) : undefined;
  }

  async obtainPart(part: Part): Promise<void> {
    while ((await this.kept(part)) === undefined) await (part.size === undefined ? this.takeWhole(part) : this.takeSlice(part, part.size));
  }

  private async takeSlice(part: Part, size: number): Promise<void> {
    const first = lengthOf(await this.store.content(part.object, part.part));
    const last = Math.min(first + this.sliceBytes, size) - 1;
    if (first > last) await this.discard(part, `${first} bytes are here of ${size}`);
    const response = await this.nms.content(part.href, { first, last });
    const isSlice = response.status === 206;
    const range = isSlice ? rangeOf(response) : undefined;
    if (isSlice && (range?.first !== first || range.size !== size)) await this.discard(part, `asked for ${first}-${last}/${size}, got ${response.headers.get('content-range') ?? 'no range'}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (isSlice && (bytes.length === 0 || bytes.length > last - first + 1)) await this.discard(part, `${bytes.length} bytes came for ${first}-${last}`);
    // A server that does not know ranges sends all of it.
    if (!isSlice && bytes.length !== size) await this.discard(part, `${bytes.length} bytes came of ${size}`);
    if (!isSlice) await this.store.removeContent(part.object, part.part);
    await this.store.putContent({ object: part.object, part: part.part, offset: isSlice ? first : 0, bytes });
  }

  private async takeWhole(part: Part): Promise<void> {
    const response = await this.nms.content(part.href);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const size = response.headers.get('content-length');
    if (size !== null && response.headers.get('content-encoding') === null && Number(size) !== bytes.length) throw new ContentMismatchError(`${bytes.length} bytes came of ${size}`);
    await this.store.putContent({ object: part.object, part: part.part, offset: 0, bytes });
  }

  /** What is here of the part is not to be built on. */
  private async discard(part: Part, why: string): Promise<never> {
    await this.store.removeContent(part.object, part.part);
    throw new ContentMismatchError(`part ${part.part} of ${part.object}: ${why}`);
  }
}

/** Each piece that goes on where the one before ends, from the start. */
function withoutGap(pieces: readonly ContentPiece[]): readonly ContentPiece[] {
  let length = 0;
  return pieces.filter(({ offset, bytes }) => {
    const goesOn = offset === length;
    if (goesOn) length += bytes.length;
    return goesOn;
  });
}

function lengthOf(pieces: readonly ContentPiece[]): number {
  return withoutGap(pieces).reduce((length, { bytes }) => length + bytes.length, 0);
}

function rangeOf(response: Response): { readonly first: number; readonly size: number } | undefined {
  const [, first, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  return first === undefined || size === undefined ? undefined : { first: Number(first), size: Number(size) };
}
