import { npmSmppCodec } from '../npm-smpp-codec.js';
import type { Pdu } from '../pdu.js';
import type { SmppTransceiverOptions } from '../transceiver.js';
import { acceptBind, RawSmsc, type RawPeer } from './raw-smsc.js';
import { boundTransceiver, closeTransceivers } from './transceiver-fixture.js';

const smscs: RawSmsc[] = [];

/** A raw SMSC that `closeAll` closes; `port` 0 takes any free one. */
export async function rawSmsc(script: (pdu: Pdu, peer: RawPeer) => void = acceptBind, port = 0): Promise<RawSmsc> {
  const smsc = await RawSmsc.listen(script, port);
  smscs.push(smsc);
  return smsc;
}

/** A transceiver bound to a raw SMSC, and the SMSC's end of that connection. */
export async function boundTo(smsc: RawSmsc, options: Omit<SmppTransceiverOptions, 'url'> = {}) {
  const fixture = await boundTransceiver({ url: smsc.url, ...options });
  const peer = smsc.peers.at(-1);
  if (!peer) throw new Error('no peer');
  return { ...fixture, peer };
}

export async function closeAll(): Promise<void> {
  await closeTransceivers();
  await Promise.all(smscs.splice(0).map((smsc) => smsc.close()));
}

export function deliverSm(sequence: number, fields: Pdu['fields'] = {}): Buffer {
  const body = { source_addr: '1', destination_addr: '2', short_message: Buffer.from('hi'), ...fields };
  return npmSmppCodec.encode({ command: 'deliver_sm', status: 0, sequence, fields: body });
}
