import { call } from './calls.js';
import type { Person } from './demo-device.js';
import { eventually } from './eventually.js';

/** An SMS as a handset shows it. */
export interface ShownText {
  readonly from: string;
  readonly text: string;
}

/** The mobile network of the demo's phones: it reports what it knows of them, and its SMSC shows the texts they got. */
export class PhoneNetwork {
  constructor(
    private readonly url: string,
    private readonly smscViewUrl: string,
  ) {}

  /** The SMSC says that no SMS reaches the phone (SMPP alert_notification). */
  async losesPhoneOf({ number }: Person): Promise<void> {
    await call({ url: `${this.smscViewUrl}/alert`, method: 'POST', body: { from: number, status: 'unavailable' } });
  }

  /** The network exposure function says that SMS reaches the phone again (T8, 3GPP TS 29.122), or did so some time ago. */
  async findsPhoneOf({ number }: Person, at = new Date()): Promise<void> {
    const report = { msisdn: number.slice(1), monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', eventTime: at.toISOString() };
    const body = { subscription: 'https://nef.example/3gpp-monitoring-event/v1/demo/subscriptions/1', monitoringEventReports: [report] };
    await call({ url: `${this.url}/network/v1/t8/notifications`, method: 'POST', scope: 'network', body });
  }

  /** Every SMS that the phone got, oldest first. */
  async textsTo({ number }: Person): Promise<readonly ShownText[]> {
    const { body } = await call({ url: `${this.smscViewUrl}/messages?to=${encodeURIComponent(number)}`, method: 'GET' });
    return (body as ShownText[]).map(({ from, text }) => ({ from, text }));
  }

  /** The phone answers a text: an SMS to the number it came from. */
  async answerFrom({ number }: Person, { from }: Pick<ShownText, 'from'>, text: string): Promise<void> {
    await call({ url: `${this.smscViewUrl}/mo`, method: 'POST', body: { from: number, to: from, text } });
  }

  /** The first SMS that the phone gets. */
  firstTextTo(person: Person): Promise<ShownText> {
    return eventually({
      that: `${person.name}'s phone gets an SMS`,
      probe: async () => (await this.textsTo(person))[0],
      instead: () => 'the SMSC got none',
    });
  }
}
