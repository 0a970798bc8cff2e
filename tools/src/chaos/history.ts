import type { ServiceName } from '@cpm/runtime-decider';
import type { DispositionStatus } from '@cpm/vocabulary';

/** `ip`: three devices of the recipient are on IP; `sms`: his phone is on CS only, and he has no other device. */
export type Route = 'ip' | 'sms';

/** What was seen from outside. `at` in epoch ms; `device` is the Primary's number 1, or that of another device. */
export type ChaosEvent =
  | { readonly is: 'submitted'; readonly id: string; readonly at: number; readonly recipient: string; readonly route: Route }
  | { readonly is: 'accepted'; readonly id: string; readonly at: number }
  | { readonly is: 'refused'; readonly id: string; readonly at: number; readonly reason: string }
  /** A client handed the message to its application. */
  | { readonly is: 'received'; readonly id: string; readonly at: number; readonly device: number }
  /** The SMSC took the text. */
  | { readonly is: 'texted'; readonly id: string; readonly at: number }
  /** The sender's client handed a report to its application. */
  | { readonly is: 'reported'; readonly id: string; readonly at: number; readonly recipient: string; readonly status: DispositionStatus; readonly cursor: string }
  /** A report came over the wire, also when the client knew it already. */
  | { readonly is: 'report-frame'; readonly reportId: string; readonly at: number }
  /** A process ended: by us, or by itself. */
  | { readonly is: 'ended'; readonly service: ServiceName; readonly at: number; readonly by: 'kill' | 'itself' };

export type EventOf<Kind extends ChaosEvent['is']> = Extract<ChaosEvent, { is: Kind }>;

/** Number of the Primary, which comes first. */
export const PRIMARY = 1;
export const DEVICES_ON_IP = [PRIMARY, 2, 3] as const;

interface Owed {
  isAccepted: boolean;
  readonly missing: Set<string>;
}

/** What is still owed of each message: by which devices it was not received, and whether its report is missing. */
export class Owing {
  readonly #owed = new Map<string, Owed>();

  follow(event: ChaosEvent): void {
    if (event.is === 'submitted') this.#owed.set(event.id, { isAccepted: false, missing: new Set(owedBy(event.route)) });
    else if (event.is === 'refused') this.#owed.delete(event.id);
    else if (event.is !== 'report-frame' && event.is !== 'ended') this.#settle(event);
  }

  /** Messages of which something is owed, those without an answer to their submission included. */
  get size(): number {
    return this.#owed.size;
  }

  /** What accepted messages still miss. */
  accepted(): { id: string; missing: readonly string[] }[] {
    return [...this.#owed].filter(([, { isAccepted }]) => isAccepted).map(([id, { missing }]) => ({ id, missing: [...missing] }));
  }

  #settle(event: EventOf<'accepted' | 'received' | 'texted' | 'reported'>): void {
    const owed = this.#owed.get(event.id);
    if (!owed) return;
    if (event.is === 'accepted') owed.isAccepted = true;
    else if (event.is === 'received') owed.missing.delete(deviceName(event.device));
    else if (event.is === 'texted') {
      owed.missing.delete('sms');
      // A Primary whose IP is in doubt gets a text as SMS instead.
      owed.missing.delete(deviceName(PRIMARY));
    } else if (event.status === 'delivered') owed.missing.delete('report');
    if (owed.isAccepted && owed.missing.size === 0) this.#owed.delete(event.id);
  }
}

function owedBy(route: Route): string[] {
  return route === 'sms' ? ['sms', 'report'] : [...DEVICES_ON_IP.map(deviceName), 'report'];
}

function deviceName(device: number): string {
  return `device ${device}`;
}

/** Everything seen, in the order it was seen; nothing is ever taken back. */
export class History {
  readonly #events: ChaosEvent[] = [];
  readonly #owing = new Owing();
  readonly #counts = new Map<ChaosEvent['is'], number>();

  append(event: ChaosEvent): void {
    this.#events.push(event);
    this.#owing.follow(event);
    this.#counts.set(event.is, this.count(event.is) + 1);
  }

  get events(): readonly ChaosEvent[] {
    return this.#events;
  }

  /** Messages that are not where they belong yet. */
  get open(): number {
    return this.#owing.size;
  }

  count(kind: ChaosEvent['is']): number {
    return this.#counts.get(kind) ?? 0;
  }
}
