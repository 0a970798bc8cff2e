import { call, RefusedError, type OutsideAnswer, type OutsideCall } from './calls.js';
import type { DeviceIdentity, Person } from './demo-device.js';
import { eventually } from './eventually.js';
import type { JourneyEntry } from './journey-text.js';

export interface DeviceAccess {
  readonly id: string;
  readonly ip: string;
  readonly cs: string;
  /** Until when IP is awaited, RFC 3339. */
  readonly holdUntil?: string;
  readonly evidence: readonly { readonly source: string; readonly observedAt: string; readonly staleAt?: string }[];
}

export interface Access {
  readonly devices: readonly DeviceAccess[];
  /** Changes, the newest first. */
  readonly recent: readonly { readonly at: string; readonly device: string; readonly reason: string; readonly holdUntil?: string }[];
}

interface WantedAccess {
  /** Goes on after the device's name. */
  readonly that: string;
  readonly fits: (access: DeviceAccess) => boolean;
  /** Done before each look. */
  readonly meanwhile?: () => Promise<void>;
}

/** What an operator does and sees in the demo. */
export class Operator {
  constructor(private readonly url: string) {}

  async call(path: string, more: Partial<OutsideCall> = {}): Promise<OutsideAnswer> {
    return call({ method: 'GET', ...more, url: `${this.url}/admin/v1${path}`, scope: 'operator' });
  }

  async provision({ address, primary }: Person): Promise<void> {
    await this.call(`/subscribers/${encodeURIComponent(address)}`, { method: 'PUT', body: { primaryDevice: { id: primary } } });
  }

  async access({ address }: Person): Promise<Access> {
    return (await this.call(`/access/${encodeURIComponent(address)}`)).body as Access;
  }

  /** Waits until the access of a device is as it is wanted. */
  deviceAccess({ owner, id, name }: DeviceIdentity, { that, fits, meanwhile }: WantedAccess): Promise<DeviceAccess> {
    let last: DeviceAccess | undefined;
    return eventually({
      that: `the system knows that ${name} ${that}`,
      probe: async () => {
        await meanwhile?.();
        last = (await this.access(owner)).devices.find((device) => device.id === id);
        return last && fits(last) ? last : undefined;
      },
      instead: () => (last ? `it knows ${JSON.stringify(last)}` : 'it does not know the device'),
    });
  }

  /** Every decision about a message, oldest first; empty when none is known yet. */
  async journey(messageId: string): Promise<readonly JourneyEntry[]> {
    try {
      return ((await this.call(`/messages/${encodeURIComponent(messageId)}/journey`)).body as { entries: JourneyEntry[] }).entries;
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return [];
      throw error;
    }
  }

  /** Waits until a decision about a message shows in its journey. */
  decision(messageId: string, wanted: { readonly that: string; readonly fits: (entry: JourneyEntry) => boolean }): Promise<JourneyEntry> {
    let last: readonly JourneyEntry[] = [];
    return eventually({
      that: wanted.that,
      probe: async () => {
        last = await this.journey(messageId);
        return last.find(wanted.fits);
      },
      instead: () => `the journey ends with ${JSON.stringify(last.at(-1)?.step ?? 'nothing')}`,
    });
  }
}
