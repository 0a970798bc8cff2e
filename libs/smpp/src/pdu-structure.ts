import defs from 'smpp/lib/defs.js';

const { types } = defs;
const FIXED_OCTETS = new Map<unknown, number>([[types.int8, 1], [types.int16, 2], [types.int32, 4]]);

type Parameters = Readonly<Record<string, { readonly type: unknown }>>;

/**
 * The first place where a frame's lengths contradict each other, or undefined when they agree.
 * The codec would read over such places and return less, or other fields, than the peer sent.
 */
export function structureFault(frame: Buffer, parameters: Parameters, bodyMay: 'be-absent' | 'not-be-absent'): string | undefined {
  let at = 16;
  if (at === frame.length && bodyMay === 'be-absent') return undefined;
  for (const [name, { type }] of Object.entries(parameters)) {
    const next = endOfParameter(frame, at, type);
    if (next === undefined || next > frame.length) return `${name} does not fit into the PDU`;
    at = next;
  }
  return tlvFault(frame, at);
}

function endOfParameter(frame: Buffer, at: number, type: unknown): number | undefined {
  const fixed = FIXED_OCTETS.get(type);
  if (fixed !== undefined) return at + fixed;
  if (at >= frame.length) return undefined;
  if (type === types.buffer) return at + 1 + (frame[at] ?? 0);
  if (type !== types.cstring) return undefined;
  const terminator = frame.indexOf(0, at);
  return terminator < 0 ? undefined : terminator + 1;
}

function tlvFault(frame: Buffer, start: number): string | undefined {
  for (let at = start; at < frame.length; ) {
    if (at + 4 > frame.length) return 'octets left over behind the last TLV';
    const tag = frame.readUInt16BE(at);
    const length = frame.readUInt16BE(at + 2);
    at += 4 + length;
    const name = `TLV 0x${tag.toString(16).padStart(4, '0')}`;
    if (at > frame.length) return `${name} does not fit into the PDU`;
    const fixed = FIXED_OCTETS.get(defs.tlvsById[tag]?.type);
    if (fixed !== undefined && fixed !== length) return `${name} has ${length} octets instead of ${fixed}`;
  }
  return undefined;
}
