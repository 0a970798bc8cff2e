import fc from 'fast-check';
import { FrameLengthError, FrameSplitter } from './frame-splitter.js';
import { MAX_PDU_OCTETS } from './pdu.js';

function frameOf(length: number, fill = 0): Buffer {
  const frame = Buffer.alloc(length, fill);
  frame.writeUInt32BE(length, 0);
  return frame;
}

const lengthWord = (length: number) => {
  const word = Buffer.alloc(4);
  word.writeUInt32BE(length, 0);
  return word;
};

describe('FrameSplitter', () => {
  it('finds the same frames however the stream is cut', () => {
    const lengths = fc.array(fc.integer({ min: 16, max: 300 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (frameLengths, cuts) => {
        const frames = frameLengths.map((length, at) => frameOf(length, at));
        const stream = Buffer.concat(frames);
        const splitter = new FrameSplitter();
        const seen: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          seen.push(...splitter.push(stream.subarray(at, at + length)));
          at += length;
        }
        expect(seen).toEqual(frames);
      }),
    );
  });

  it('takes octets one by one', () => {
    const splitter = new FrameSplitter();
    const seen = [...frameOf(40, 7)].flatMap((octet) => [...splitter.push(Buffer.of(octet))]);
    expect(seen).toEqual([frameOf(40, 7)]);
  });

  it.each([0, 15, MAX_PDU_OCTETS + 1, 10_000_000, 0xffff_ffff])('refuses command_length %i as soon as it is read', (length) => {
    expect(() => [...new FrameSplitter().push(lengthWord(length))]).toThrow(FrameLengthError);
  });

  it.each([16, MAX_PDU_OCTETS])('accepts command_length %i', (length) => {
    expect([...new FrameSplitter().push(frameOf(length))]).toHaveLength(1);
  });

  it('yields the good frames that stand before a bad length', () => {
    const frames = new FrameSplitter().push(Buffer.concat([frameOf(20), lengthWord(3)]));
    expect(frames.next().value).toEqual(frameOf(20));
    expect(() => frames.next()).toThrow(FrameLengthError);
  });
});
