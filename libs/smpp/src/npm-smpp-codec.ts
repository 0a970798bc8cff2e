import defs from 'smpp/lib/defs.js';
import pduModule from 'smpp/lib/pdu.js';
import { STATUS } from './command-status.js';
import { isResponseId, MAX_PDU_OCTETS, PduUnreadableError, readHeader, type Pdu, type SmppCodec } from './pdu.js';
import { structureFault } from './pdu-structure.js';

const { PDU } = pduModule;
const HEADER_KEYS = new Set(['command', 'command_length', 'command_id', 'command_status', 'sequence_number']);

/** The library reads a C-string TLV up to the next zero, which may lie beyond the TLV. */
const boundedCstring = {
  ...defs.types.cstring,
  read(buffer: Buffer, offset: number, length = 0): string {
    const octets = buffer.subarray(offset, offset + length);
    const terminator = octets.indexOf(0);
    return octets.toString('latin1', 0, terminator < 0 ? length : terminator);
  },
};

/** The library's filters decode text by guess and turn times into local dates: every octet string stays as it came. */
function tameLibrary(): void {
  PDU.maxLength = MAX_PDU_OCTETS;
  // With no filter left, looking for them in every field would be a fifth of what a PDU costs.
  PDU.prototype._filter = () => undefined;
  for (const { params = {} } of Object.values(defs.commands)) {
    for (const parameter of Object.values(params)) delete parameter.filter;
  }
  for (const tlv of Object.values(defs.tlvs)) {
    delete tlv.filter;
    if (tlv.type === defs.types.tlv['cstring']) tlv.type = boundedCstring;
  }
}

tameLibrary();

/** SMPP 3.4 wire format by npm `smpp` 0.5.1, with the length checks that it lacks. */
export const npmSmppCodec: SmppCodec = {
  decode(frame) {
    const header = readHeader(frame);
    const definition = defs.commandsById[header.commandId];
    if (!definition) throw new PduUnreadableError(header, STATUS.invalidCommandId, 'unknown command');
    const bodyMay = isResponseId(header.commandId) ? 'be-absent' : 'not-be-absent';
    const fault = structureFault(frame, definition.params ?? {}, bodyMay);
    if (fault) throw new PduUnreadableError(header, STATUS.invalidCommandLength, fault);
    return { command: definition.command, status: header.status, sequence: header.sequence, fields: fieldsOf(frame) };
  },

  encode({ command, status, sequence, fields }: Pdu) {
    const withBody = BODY_WITH_ANY_STATUS.has(command);
    const frame = new PDU(command, { ...fields, command_status: withBody ? STATUS.ok : status, sequence_number: sequence }).toBuffer();
    if (withBody) frame.writeUInt32BE(status, STATUS_AT);
    return frame;
  },
};

/**
 * The library leaves the body of every refusal out, which SMPP 3.4 says of binds and submissions (4.1.2, 4.4.2) but not of these two
 * (4.6.2, 4.7.2): a peer that reads their message_id fails without it.
 */
const BODY_WITH_ANY_STATUS: ReadonlySet<string> = new Set(['deliver_sm_resp', 'data_sm_resp']);
const STATUS_AT = 8;

function fieldsOf(frame: Buffer): Record<string, unknown> {
  try {
    return Object.fromEntries(Object.entries(new PDU(frame)).filter(([key]) => !HEADER_KEYS.has(key)));
  } catch (error) {
    throw new PduUnreadableError(readHeader(frame), STATUS.invalidCommandLength, String(error));
  }
}
