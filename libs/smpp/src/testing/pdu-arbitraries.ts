import fc from 'fast-check';
import { npmSmppCodec } from '../npm-smpp-codec.js';
import type { Pdu } from '../pdu.js';

/** Runs of a fuzz property: few in every test run, `CPM_FUZZ_RUNS` in one that is to find more. */
export const fuzzRuns = (otherwise: number): number => Number(process.env['CPM_FUZZ_RUNS'] ?? otherwise);

const octet = fc.nat(255);
const octets = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' }).map((value) => Buffer.from(value));
const ascii = (maxLength: number) => fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength, size: 'max' });

const parties = { source_addr_ton: octet, source_addr_npi: octet, source_addr: ascii(20), dest_addr_ton: octet, dest_addr_npi: octet, destination_addr: ascii(20) };
const tlvs = {
  message_payload: octets(300), receipted_message_id: ascii(64), message_state: octet, user_message_reference: fc.nat(0xffff), network_error_code: octets(4),
  sar_msg_ref_num: fc.nat(0xffff), sar_total_segments: octet, sar_segment_seqnum: octet,
};
const message = { ...parties, esm_class: octet, data_coding: octet, registered_delivery: octet };
const receiptText = fc.array(fc.constantFrom('id:', 'stat:DELIVRD', 'stat:', ' ', 'err:', '000', 'done date:', '2601010000', 'text:', 'x', '\u0005'), { maxLength: 12 })
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

const fieldsOf: Readonly<Record<string, fc.Arbitrary<Pdu['fields']>>> = {
  submit_sm: fc.record({ ...message, short_message: octets(254), ...tlvs }, { requiredKeys: [...Object.keys(message), 'short_message'] as never }),
  deliver_sm: fc.record({ ...message, short_message: fc.oneof(octets(254), receiptText), ...tlvs }, { requiredKeys: [...Object.keys(message), 'short_message'] as never }),
  data_sm: fc.record({ ...message, ...tlvs }, { requiredKeys: Object.keys(message) as never }),
  alert_notification: fc.record({ source_addr_ton: octet, source_addr_npi: octet, source_addr: ascii(64), ms_availability_status: octet }, { requiredKeys: ['source_addr'] }),
  submit_sm_resp: fc.record({ message_id: ascii(100), congestion_state: octet }, { requiredKeys: [] }),
  deliver_sm_resp: fc.record({ message_id: ascii(64) }, { requiredKeys: [] }),
  bind_transceiver: fc.record({ system_id: ascii(15), password: ascii(8), system_type: ascii(12) }),
  bind_transceiver_resp: fc.record({ system_id: ascii(15) }),
  enquire_link: fc.constant({}),
  enquire_link_resp: fc.constant({}),
  unbind: fc.constant({}),
  generic_nack: fc.constant({}),
};

/** A PDU that an SMSC or an ESME might send, with any values that its fields can hold. */
const pdus: fc.Arbitrary<Pdu> = fc.constantFrom(...Object.keys(fieldsOf)).chain((command) =>
  fc.record({ command: fc.constant(command), status: command.endsWith('_resp') || command === 'generic_nack' ? fc.oneof(fc.constant(0), fc.nat(0xff)) : fc.constant(0), sequence: fc.integer({ min: 1, max: 0x7fff_ffff }), fields: fieldsOf[command] ?? fc.constant({}) }));

export const frames: fc.Arbitrary<Buffer> = pdus.map((pdu) => npmSmppCodec.encode(pdu));

/** A TLV of some length, with a tag that is known or not. */
const tlv = fc.tuple(fc.constantFrom(0x0427, 0x0204, 0x020c, 0x020e, 0x001e, 0x0424, 0x0423, 0x1401), fc.uint8Array({ maxLength: 4 }))
  .map(([tag, value]) => Buffer.from([tag >> 8, tag & 0xff, 0, value.length, ...value]));
const tails = fc.oneof({ weight: 2, arbitrary: fc.constant(Buffer.alloc(0)) }, octets(24), fc.array(tlv, { minLength: 1, maxLength: 3 }).map((all) => Buffer.concat(all)));

type Edit = readonly [at: number, octet: number];

/** A frame of right length with other octets in it, shorter or longer than it was. */
export const brokenFrames: fc.Arbitrary<Buffer> = fc
  .tuple(frames, fc.array(fc.tuple(fc.nat(600), octet), { maxLength: 4 }), fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: -40, max: 0 })), tails)
  .map(([frame, edits, cut, tail]) => mutated(frame, edits, cut, tail));

function mutated(frame: Buffer, edits: readonly Edit[], cut: number, tail: Buffer): Buffer {
  const changed = Buffer.concat([frame.subarray(0, Math.max(16, frame.length + cut)), tail]);
  for (const [at, value] of edits) changed[4 + (at % (changed.length - 4))] = value;
  changed.writeUInt32BE(changed.length, 0);
  return changed;
}

/** A stream in chunks of these lengths in turn. */
export function inChunks(stream: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = lengths[chunks.length % lengths.length] ?? stream.length;
    chunks.push(stream.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

export const chunkLengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 600 })), { minLength: 1, maxLength: 8 });
