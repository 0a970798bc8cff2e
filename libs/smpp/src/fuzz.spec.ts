import fc from 'fast-check';
import { parseAlert } from './alert-notification.js';
import { parseDeliver } from './deliver-sm.js';
import { FrameLengthError, FrameSplitter } from './frame-splitter.js';
import { npmSmppCodec } from './npm-smpp-codec.js';
import { MAX_PDU_OCTETS, PduUnreadableError, type Pdu } from './pdu.js';
import { parseReceiptText } from './receipt.js';
import { parseSubmit } from './received-submit.js';
import { submitSmResult } from './submit-sm.js';
import { brokenFrames, chunkLengths, frames, fuzzRuns, inChunks } from './testing/pdu-arbitraries.js';

const numRuns = fuzzRuns(500);
const LAST = npmSmppCodec.encode({ command: 'deliver_sm', status: 0, sequence: 77, fields: { source_addr: '1', destination_addr: '2', short_message: Buffer.from('last') } });

/** The PDU, or undefined where the codec says in the way it declares that there is none. */
function decoded(frame: Buffer): Pdu | undefined {
  try {
    return npmSmppCodec.decode(frame);
  } catch (error) {
    if (error instanceof PduUnreadableError) return undefined;
    throw error;
  }
}

/** Everything that reads PDUs of a peer. */
function readAll(pdu: Pdu): void {
  parseDeliver(pdu);
  parseAlert(pdu);
  parseSubmit(pdu);
  if (pdu.command === 'submit_sm_resp') submitSmResult(pdu);
}

describe('a stream of PDUs, some of them broken', () => {
  it('is cut into the same frames however it comes, each is read or refused, and the good one behind them is understood', () => {
    fc.assert(fc.property(fc.array(fc.oneof(frames, brokenFrames), { maxLength: 6 }), chunkLengths, (sent, lengths) => {
      const splitter = new FrameSplitter();
      const received = inChunks(Buffer.concat([...sent, LAST]), lengths).flatMap((chunk) => [...splitter.push(chunk)]);
      expect(received).toEqual([...sent, LAST]);
      for (const pdu of received.map(decoded)) if (pdu) readAll(pdu);
      expect(parseDeliver(npmSmppCodec.decode(received.at(-1) as Buffer))).toMatchObject({ kind: 'message', text: 'last' });
    }), { numRuns });
  });

  it('is read in full where nothing is broken', () => {
    fc.assert(fc.property(frames, (frame) => {
      const pdu = npmSmppCodec.decode(frame);
      readAll(pdu);
      expect(npmSmppCodec.encode(pdu)).toEqual(frame);
    }), { numRuns });
  });
});

describe('octets that are no SMPP', () => {
  it('give frames of the length they say, or end the stream', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(Buffer.from([0, 0, 0, 16]), Buffer.from([0, 0, 0, 40]))), { maxLength: 12 }), (chunks) => {
      const splitter = new FrameSplitter();
      try {
        for (const frame of chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))])) {
          expect(frame.readUInt32BE(0)).toBe(frame.length);
          expect(frame.length).toBeLessThanOrEqual(MAX_PDU_OCTETS);
          const pdu = decoded(frame);
          if (pdu) readAll(pdu);
        }
      } catch (error) {
        if (!(error instanceof FrameLengthError)) throw error;
      }
    }), { numRuns });
  });
});

/** Where the mandatory part of a deliver_sm ends, counted by hand; undefined when it does not fit. */
function endOfDeliver(frame: Buffer): number | undefined {
  let at = 16;
  const skip = (count: number) => (at += count);
  const skipString = () => (at = frame.indexOf(0, at) < 0 || at >= frame.length ? Infinity : frame.indexOf(0, at) + 1);
  skipString();
  for (const _party of ['source', 'destination']) {
    skip(2);
    skipString();
  }
  skip(3);
  skipString();
  skipString();
  skip(4);
  if (at >= frame.length) return undefined;
  skip(1 + (frame[at] ?? 0));
  return at <= frame.length ? at : undefined;
}

const FIXED_TLVS: ReadonlyMap<number, number> = new Map([[0x0427, 1], [0x0204, 2], [0x020c, 2], [0x020e, 1], [0x020f, 1]]);

function tlvsFit(frame: Buffer, start: number): boolean {
  let at = start;
  while (at + 4 <= frame.length) {
    const [tag, length] = [frame.readUInt16BE(at), frame.readUInt16BE(at + 2)];
    if ((FIXED_TLVS.get(tag) ?? length) !== length) return false;
    at += 4 + length;
  }
  return at === frame.length;
}

it('refuses every deliver_sm whose lengths contradict each other', () => {
  let [read, refused] = [0, 0];
  const delivers = fc.oneof(frames, brokenFrames, brokenFrames).filter((frame) => frame.readUInt32BE(4) === 5);
  fc.assert(fc.property(delivers, (frame) => {
    const end = endOfDeliver(frame);
    const fits = end !== undefined && tlvsFit(frame, end);
    const pdu = decoded(frame);
    if (!fits) expect(pdu).toBeUndefined();
    if (pdu && end !== undefined) expect((pdu.fields['short_message'] as Buffer).equals(frame.subarray(end - (pdu.fields['short_message'] as Buffer).length, end))).toBe(true);
    if (pdu) read += 1;
    else refused += 1;
  }), { numRuns });
  expect(Math.min(read, refused)).toBeGreaterThan(numRuns / 20);
});

describe('a receipt text', () => {
  it('may be any text', () => {
    const pieces = fc.oneof(fc.constantFrom('id:', 'ID: ', 'stat:', 'submit date:', 'done date:', 'err:', 'text:', ' ', '\t', 'DELIVRD', '\0'), fc.string({ unit: 'binary', maxLength: 6 }));
    fc.assert(fc.property(fc.array(pieces, { maxLength: 60 }), (all) => {
      const text = all.join('');
      const { id, doneDate, errorCode } = parseReceiptText(text);
      for (const value of [id, doneDate, errorCode]) expect(value === undefined || (value !== '' && text.includes(value))).toBe(true);
    }), { numRuns });
  });

  // What takes a moment here would take hours if the time grew with the square of the length.
  it.each(['id:', 'id: ', 'ID:\t', ' ', 'i', 'submit ', 'submit date', 'done date: ', 'stat:x', 'text', 'id:\u00a0', 'err:err'])('of a million octets of %j is read in a moment', (piece) => {
    const text = `id:1${piece.repeat(Math.ceil(1_000_000 / piece.length))}`;
    const before = performance.now();
    parseReceiptText(text);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
