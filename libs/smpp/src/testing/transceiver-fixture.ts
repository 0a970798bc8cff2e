import { e164Address } from '../address.js';
import type { SmppEvent } from '../events.js';
import type { SubmitSm } from '../submit-sm.js';
import { SmppTransceiver, type SmppTransceiverOptions } from '../transceiver.js';
import { until } from './until.js';

const opened: SmppTransceiver[] = [];

/** A transceiver with short timers whose events are kept; `closeTransceivers` closes all of them. */
export function openTransceiver(options: SmppTransceiverOptions): { transceiver: SmppTransceiver; events: SmppEvent[] } {
  const events: SmppEvent[] = [];
  const reconnect = { minMs: 20, maxMs: 100, ...options.reconnect };
  const transceiver = new SmppTransceiver({ drainTimeoutMs: 200, ...options, reconnect, observe: (event) => events.push(event) });
  opened.push(transceiver);
  transceiver.start();
  return { transceiver, events };
}

export async function boundTransceiver(options: SmppTransceiverOptions) {
  const fixture = openTransceiver(options);
  await until(() => fixture.transceiver.state === 'bound');
  return fixture;
}

export async function closeTransceivers(): Promise<void> {
  await Promise.all(opened.splice(0).map((transceiver) => transceiver.close()));
}

export function textTo(number: string, text = 'hello'): SubmitSm {
  return {
    source: e164Address('+4915110000001'),
    destination: e164Address(number),
    dataCoding: 0,
    esmClass: 0,
    shortMessage: Buffer.from(text, 'latin1'),
    registeredDelivery: 1,
  };
}
