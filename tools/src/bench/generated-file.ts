import { createCipheriv, createHash } from 'node:crypto';

const KEY = Buffer.alloc(16, 7);
const BLOCK = 16;
const PIECE = 64 * 1024;
const ZEROS = Buffer.alloc(PIECE);

/** Pseudo-random bytes that are the same in every run and stored nowhere: the key stream of a cipher, from any place on. */
export class GeneratedFile {
  constructor(readonly size: number) {}

  /** The bytes from `first` up to, not including, `end`. */
  *bytes(first = 0, end = this.size): Generator<Buffer, void, undefined> {
    const counter = Buffer.alloc(BLOCK);
    counter.writeBigUInt64BE(BigInt(Math.floor(first / BLOCK)), 8);
    const cipher = createCipheriv('aes-128-ctr', KEY, counter);
    cipher.update(ZEROS.subarray(0, first % BLOCK));
    for (let at = first; at < end; at += PIECE) yield cipher.update(ZEROS.subarray(0, Math.min(PIECE, end - at)));
  }

  /** SHA-256 (hex) of the first `end` bytes. */
  sha256(end = this.size): string {
    const hash = createHash('sha256');
    for (const bytes of this.bytes(0, end)) hash.update(bytes);
    return hash.digest('hex');
  }
}
