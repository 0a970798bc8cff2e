/** A PDU as SMPP 3.4 names it: `fields` holds mandatory parameters and known TLVs under their snake_case names, octet strings as Buffer. */
export interface Pdu {
  readonly command: string;
  readonly status: number;
  readonly sequence: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface PduHeader {
  readonly commandId: number;
  readonly status: number;
  readonly sequence: number;
}

export const HEADER_OCTETS = 16;

/** Far above any short message with all its TLVs; a longer PDU is a broken or hostile peer. */
export const MAX_PDU_OCTETS = 16_384;

/** A frame of right length whose content does not follow SMPP 3.4; `answerStatus` is what a generic_nack should say. */
export class PduUnreadableError extends Error {
  override readonly name = 'PduUnreadableError';
  constructor(
    readonly header: PduHeader,
    readonly answerStatus: number,
    reason: string,
  ) {
    super(`PDU 0x${header.commandId.toString(16)}: ${reason}`);
  }

  get isResponse(): boolean {
    return isResponseId(this.header.commandId);
  }
}

/** Turns frames into PDUs and back. `decode` throws only PduUnreadableError; `encode` throws when a field does not fit its wire type. */
export interface SmppCodec {
  decode(frame: Buffer): Pdu;
  encode(pdu: Pdu): Buffer;
}

export function isResponseId(commandId: number): boolean {
  return commandId >= 0x8000_0000;
}

export function readHeader(frame: Buffer): PduHeader {
  return { commandId: frame.readUInt32BE(4), status: frame.readUInt32BE(8), sequence: frame.readUInt32BE(12) };
}
