import { HEADER_OCTETS, MAX_PDU_OCTETS } from './pdu.js';

const TLS_ALERT = 0x1503;

/** The stream is not SMPP, or no longer in step: there is no way back but a new connection. */
export class FrameLengthError extends Error {
  override readonly name = 'FrameLengthError';
  constructor(readonly commandLength: number) {
    super(`command_length ${commandLength} is outside ${HEADER_OCTETS} to ${MAX_PDU_OCTETS}`);
  }

  /** The stream begins as a TLS alert does (RFC 8446, 5.1): its record type and protocol version. */
  get isTlsAlert(): boolean {
    return this.commandLength >>> 16 === TLS_ALERT;
  }
}

/** Cuts a byte stream into frames by command_length, holding at most one unfinished frame and the chunk that came last. */
export class FrameSplitter {
  #chunks: Buffer[] = [];
  #octets = 0;
  #awaitedOctets = 4;

  /** Frames completed by this chunk, in order. Throws FrameLengthError after yielding the good frames before it. */
  *push(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#octets += chunk.length;
    while (this.#octets >= this.#awaitedOctets) {
      const held = this.#joined();
      const commandLength = held.readUInt32BE(0);
      if (commandLength < HEADER_OCTETS || commandLength > MAX_PDU_OCTETS) throw new FrameLengthError(commandLength);
      this.#awaitedOctets = commandLength;
      if (held.length < commandLength) return;
      this.#chunks = [held.subarray(commandLength)];
      this.#octets = held.length - commandLength;
      this.#awaitedOctets = 4;
      yield held.subarray(0, commandLength);
    }
  }

  #joined(): Buffer {
    const [first = Buffer.alloc(0), ...rest] = this.#chunks;
    const held = rest.length === 0 ? first : Buffer.concat([first, ...rest]);
    this.#chunks = [held];
    return held;
  }
}
