import fc from 'fast-check';
import { npmSmppCodec } from './npm-smpp-codec.js';
import { PduUnreadableError, readHeader } from './pdu.js';

const DELIVER = {
  source_addr: '4915110000001',
  destination_addr: '555',
  esm_class: 4,
  data_coding: 0,
  short_message: Buffer.from('id:12_3 stat:DELIVRD [x] text:@'),
};

const encode = (command: string, fields: Record<string, unknown> = {}, status = 0) =>
  npmSmppCodec.encode({ command, status, sequence: 9, fields });

/** Puts octets behind a PDU and corrects command_length. */
function withTail(frame: Buffer, tail: number[]): Buffer {
  const longer = Buffer.concat([frame, Buffer.from(tail)]);
  longer.writeUInt32BE(longer.length, 0);
  return longer;
}

function cut(frame: Buffer, length: number): Buffer {
  const shorter = Buffer.from(frame.subarray(0, length));
  shorter.writeUInt32BE(length, 0);
  return shorter;
}

describe('decoding', () => {
  it('leaves message octets and times as they came', () => {
    const fields = { ...DELIVER, validity_period: '000003000000000R', short_message: Buffer.from([0x40, 0x5f, 0x00, 0xff]) };
    const pdu = npmSmppCodec.decode(encode('deliver_sm', fields));
    expect(pdu).toMatchObject({ command: 'deliver_sm', status: 0, sequence: 9 });
    expect(pdu.fields).toMatchObject(fields);
  });

  it('leaves message_payload as it came, with and without a header flag', () => {
    const payload = Buffer.from([5, 0, 3, 1, 2, 1, 0x61]);
    const fields = { ...DELIVER, esm_class: 0x40, short_message: Buffer.alloc(0), message_payload: payload };
    expect(npmSmppCodec.decode(encode('deliver_sm', fields)).fields['message_payload']).toEqual(payload);
  });

  it('keeps a C-string TLV within its length when its zero is missing', () => {
    const tail = [0x00, 0x1e, 0, 3, 0x61, 0x62, 0x63, 0x04, 0x27, 0, 1, 2];
    const { fields } = npmSmppCodec.decode(withTail(encode('deliver_sm', DELIVER), tail));
    expect(fields).toMatchObject({ receipted_message_id: 'abc', message_state: 2 });
  });

  it('writes and reads TLVs', () => {
    const fields = { ...DELIVER, receipted_message_id: 'abc', message_state: 2, user_message_reference: 65_535 };
    expect(npmSmppCodec.decode(encode('deliver_sm', fields)).fields).toMatchObject(fields);
  });

  it('accepts a response without body', () => {
    expect(npmSmppCodec.decode(cut(encode('submit_sm_resp', { message_id: 'x' }), 16)).fields).toEqual({});
    expect(npmSmppCodec.decode(encode('submit_sm_resp', {}, 0x58)).status).toBe(0x58);
  });

  it('does not let a vendor TLV reach the prototype', () => {
    const { fields } = npmSmppCodec.decode(withTail(encode('deliver_sm', DELIVER), [0x14, 0x01, 0, 1, 7]));
    expect(fields['5121']).toEqual(Buffer.of(7));
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  });
});

describe('PDUs that contradict themselves', () => {
  const deliver = encode('deliver_sm', DELIVER);
  const longerText = Buffer.from(deliver);
  longerText[deliver.length - DELIVER.short_message.length - 1] = 250;

  it.each([
    ['sm_length beyond the PDU', longerText, 2],
    ['a TLV beyond the PDU', withTail(deliver, [0x00, 0x1e, 0, 200, 0x61]), 2],
    ['a TLV head cut short', withTail(deliver, [0x00, 0x1e, 0]), 2],
    ['an int16 TLV of one octet', withTail(deliver, [0x02, 0x04, 0, 1, 7]), 2],
    ['an empty message_state', withTail(deliver, [0x04, 0x27, 0, 0]), 2],
    ['a C-string without end', cut(deliver, 22), 2],
    ['a request without body', cut(deliver, 16), 2],
    ['submit_multi, which is not spoken here', encode('submit_multi', { dest_address: [], short_message: Buffer.alloc(0) }), 2],
    ['an unknown command', Buffer.from('00000010000000770000000000000009', 'hex'), 3],
  ])('%s', (_, frame, answerStatus) => {
    expect(() => npmSmppCodec.decode(frame)).toThrow(PduUnreadableError);
    try {
      npmSmppCodec.decode(frame);
    } catch (error) {
      expect(error).toMatchObject({ answerStatus, header: { sequence: 9 } });
    }
  });
});

describe('encoding', () => {
  it('puts data_coding and octets on the wire as given', () => {
    const frame = encode('submit_sm', { ...DELIVER, data_coding: 0, short_message: Buffer.from([0, 0x1b, 0x65]) });
    expect(frame.subarray(-4)).toEqual(Buffer.from([3, 0, 0x1b, 0x65]));
    expect(npmSmppCodec.decode(frame).fields['data_coding']).toBe(0);
    expect(readHeader(frame)).toEqual({ commandId: 4, status: 0, sequence: 9 });
  });

  it.each([['deliver_sm_resp', 0x8000_0005], ['data_sm_resp', 0x8000_0103]])('writes the body of %s, whatever its status: JSMPP reads it', (command, commandId) => {
    for (const status of [0, 0x14]) {
      const frame = encode(command, {}, status);
      expect(readHeader(frame)).toEqual({ commandId, status, sequence: 9 });
      expect(frame.subarray(16)).toEqual(Buffer.of(0));
    }
    expect(encode('submit_sm_resp', {}, 0x14)).toHaveLength(16);
  });
});

describe('fuzz', () => {
  const seeds = [
    encode('deliver_sm', { ...DELIVER, receipted_message_id: 'abc', message_state: 2, callback_num: [Buffer.from('x')] }),
    encode('submit_sm', { ...DELIVER, user_message_reference: 1, message_payload: Buffer.alloc(300, 1) }),
    encode('data_sm', { ...DELIVER, message_payload: Buffer.from('x') }),
    encode('bind_transceiver', { system_id: 'a', password: 'b' }),
    encode('submit_sm_resp', { message_id: '1' }),
    encode('alert_notification', { source_addr: '1' }),
    encode('submit_multi', { dest_address: [{ destination_addr: '1' }], short_message: Buffer.alloc(3) }),
    encode('query_sm_resp', { message_id: '1' }),
  ];
  const edits = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 });

  it('a mutated PDU is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.constantFrom(...seeds), edits, fc.nat(400), (seed, changes, length) => {
        const frame = cut(seed, Math.max(16, Math.min(seed.length, length > 300 ? seed.length : length)));
        for (const [at, octet] of changes) if (at >= 4 && at < frame.length) frame[at] = octet;
        try {
          expect(typeof npmSmppCodec.decode(frame).command).toBe('string');
        } catch (error) {
          if (!(error instanceof PduUnreadableError)) throw error;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
