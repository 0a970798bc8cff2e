import { randomBytes } from 'node:crypto';

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Random bytes behind the signature of a PNG: nobody looks at the picture. */
export function pictureOf(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...PNG_SIGNATURE, ...randomBytes(bytes - PNG_SIGNATURE.length)]);
}
