/** The two modules of npm `smpp` 0.5.1 that hold its PDU codec; the package has no types and its session is not used. */
declare module 'smpp/lib/defs.js' {
  interface WireType {
    read(buffer: Buffer, offset: number, length?: number): unknown;
    write(value: unknown, buffer: Buffer, offset: number): void;
    size(value: unknown): number;
    default?: unknown;
  }
  interface Parameter {
    type: WireType;
    filter?: unknown;
  }
  interface Tlv extends Parameter {
    id: number;
    tag: string;
  }
  interface Command {
    id: number;
    command: string;
    params?: Record<string, Parameter>;
  }
  const defs: {
    commands: Record<string, Command>;
    commandsById: Record<number, Command>;
    tlvs: Record<string, Tlv>;
    tlvsById: Record<number, Tlv>;
    /** `message` encodes texts; used as an oracle in tests only. */
    filters: { message: { encode(this: { data_coding: number | null }, value: { udh: Buffer; message: string }): Buffer } };
    types: Record<'int8' | 'int16' | 'int32' | 'cstring' | 'buffer', WireType> & { tlv: Record<string, WireType> };
  };
  export default defs;
}

declare module 'smpp/lib/pdu.js' {
  interface PduClass {
    new (frame: Buffer): Record<string, unknown>;
    new (command: string, fields: Record<string, unknown>): { toBuffer(): Buffer };
    maxLength: number;
    prototype: { _filter(direction: 'encode' | 'decode'): void };
  }
  const pduModule: { PDU: PduClass };
  export default pduModule;
}
