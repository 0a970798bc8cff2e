import { npmSmppCodec } from './npm-smpp-codec.js';
import { parseDeliver } from './deliver-sm.js';

/** Through the codec, so that the wire form is part of what is tested. */
function deliver(fields: Record<string, unknown>, command = 'deliver_sm') {
  const parties = { source_addr: '4915110000001', destination_addr: '555', esm_class: 4, short_message: Buffer.alloc(0) };
  return parseDeliver(npmSmppCodec.decode(npmSmppCodec.encode({ command, status: 0, sequence: 1, fields: { ...parties, ...fields } })));
}

const text = (body: string) => ({ short_message: Buffer.from(body, 'latin1') });
const utf16be = (body: string) => Buffer.from(body, 'utf16le').swap16();

describe('receipts', () => {
  it.each([
    ['the form of appendix B', text('id:123 sub:001 dlvrd:001 submit date:2603020920 done date:2603020921 stat:DELIVRD err:000 text:Hello'),
      { messageId: '123', state: 'DELIVERED', doneDate: '2603020921', errorCode: '000', stage: 'final' }],
    ['lower case, other order', text('stat:undeliv err:1f ID:abc'), { messageId: 'abc', state: 'UNDELIVERABLE', errorCode: '1f' }],
    ['12-digit date', text('id:1 done date:260302092159 stat:EXPIRED'), { state: 'EXPIRED', doneDate: '260302092159' }],
    ['a blank behind the colon', text('id: 77 stat: REJECTD'), { messageId: '77', state: 'REJECTED' }],
    ['id with underscore', text('id:12_3 stat:DELIVRD'), { messageId: '12_3' }],
    ['UUID id', text('id:0b0e2f1c-9a49-4c3e-8a35-1f7a86f0a111 stat:DELIVRD'), { messageId: '0b0e2f1c-9a49-4c3e-8a35-1f7a86f0a111' }],
    ['leading zero', text('id:0221067780 stat:DELIVRD'), { messageId: '0221067780' }],
    ['id above 2^53', text('id:18446744073709551615 stat:DELIVRD'), { messageId: '18446744073709551615' }],
    ['keys in the user text', text('id:1 stat:DELIVRD text:id:2 stat:EXPIRED'), { messageId: '1', state: 'DELIVERED' }],
    ['octets of a header in the user text', text('id:1 stat:DELIVRD text:\x05\x00\x03\x01\x02\x01ab'), { messageId: '1', state: 'DELIVERED' }],
    ['repeated key', text('id:1 stat:DELIVRD id:2'), { messageId: '1' }],
    ['ACCEPTD', text('id:1 stat:ACCEPTD'), { state: 'ACCEPTED' }],
    ['BUFFRED', text('id:1 stat:BUFFRED'), { state: 'ENROUTE' }],
    ['unheard state', text('id:1 stat:WHATEVR'), { messageId: '1', state: 'UNREADABLE' }],
    ['garbage', text('00,0210021543,8'), { messageId: '', state: 'UNREADABLE' }],
    ['nothing at all', {}, { messageId: '', state: 'UNREADABLE' }],
    ['ASCII body under data_coding 8', { ...text('id:1 stat:DELIVRD'), data_coding: 8 }, { messageId: '1', state: 'DELIVERED' }],
    ['UCS-2 body under data_coding 8', { short_message: utf16be('id:1 stat:DELIVRD'), data_coding: 8 }, { messageId: '1', state: 'DELIVERED' }],
    ['message_payload', { message_payload: Buffer.from('id:1 stat:DELIVRD') }, { messageId: '1', state: 'DELIVERED' }],
    ['TLVs alone', { esm_class: 0, receipted_message_id: 'x1', message_state: 5 }, { messageId: 'x1', state: 'UNDELIVERABLE' }],
    ['TLVs against text', { ...text('id:1 stat:DELIVRD'), receipted_message_id: 'x1', message_state: 3 }, { messageId: 'x1', state: 'EXPIRED' }],
    ['state TLV out of range', { receipted_message_id: 'x1', message_state: 77 }, { state: 'UNREADABLE' }],
    ['network_error_code', { ...text('id:1 stat:UNDELIV err:001'), network_error_code: Buffer.of(3, 1, 2) }, { errorCode: '258', networkError: { networkType: 3, code: 258 } }],
    ['network_error_code of a wrong length', { ...text('id:1 stat:UNDELIV err:001'), network_error_code: Buffer.of(3, 1) }, { errorCode: '001' }],
    ['intermediate notification', { ...text('id:1 stat:ENROUTE'), esm_class: 0x20 }, { stage: 'intermediate', state: 'ENROUTE' }],
    ['user_message_reference', { ...text('id:1 stat:DELIVRD'), user_message_reference: 4711 }, { userMessageReference: 4711 }],
    ['header flag beside the receipt flag', { ...text('id:1 stat:DELIVRD'), esm_class: 0x44 }, { messageId: '1' }],
  ])('%s', (_, fields, expected) => {
    expect(deliver(fields)).toMatchObject({ kind: 'receipt', ...expected });
  });

  it('comes by data_sm too', () => {
    expect(deliver({ receipted_message_id: 'x1', message_state: 2 }, 'data_sm')).toMatchObject({ kind: 'receipt', messageId: 'x1', state: 'DELIVERED' });
  });

  it('keeps the octets and the parties', () => {
    expect(deliver(text('id:1 stat:DELIVRD'))).toMatchObject({
      from: { address: '4915110000001' },
      to: { address: '555' },
      raw: { esmClass: 4, dataCoding: 0, body: Buffer.from('id:1 stat:DELIVRD') },
    });
  });
});

describe('inbound messages', () => {
  const message = (fields: Record<string, unknown>) => deliver({ esm_class: 0, ...fields });

  it.each([
    ['GSM 7 bit', { data_coding: 0, short_message: Buffer.from([0x00, 0x1b, 0x65]) }, { text: '@€' }],
    ['UCS-2', { data_coding: 8, short_message: utf16be('ж😀') }, { text: 'ж😀' }],
    ['a part', { esm_class: 0x40, short_message: Buffer.from([5, 0, 3, 9, 2, 1, 0x61]) }, { text: 'a', concat: { reference: 9, total: 2, part: 1 } }],
    ['a part by TLVs', { ...text('a'), sar_msg_ref_num: 300, sar_total_segments: 2, sar_segment_seqnum: 2 },
      { text: 'a', concat: { reference: 300, total: 2, part: 2 } }],
    ['an impossible part by TLVs', { ...text('a'), sar_msg_ref_num: 300, sar_total_segments: 2, sar_segment_seqnum: 3 }, { text: 'a' }],
    ['message_payload', { message_payload: Buffer.from('abc') }, { text: 'abc' }],
    ['a text that looks like a receipt', text('id:1 stat:DELIVRD'), { text: 'id:1 stat:DELIVRD' }],
  ])('%s', (_, fields, expected) => {
    const { text: seen, concat } = message(fields) as { text: string; concat?: unknown };
    expect({ text: seen, ...(concat ? { concat } : {}) }).toEqual(expected);
    expect(message(fields)).toMatchObject({ kind: 'message' });
  });

  it('is undefined where a field breaks its limit', () => {
    expect(message({ source_addr: '1'.repeat(65) })).toBeUndefined();
  });
});
