import type { ServiceName } from '@cpm/runtime-decider';
import type { DispositionRequest } from '@cpm/client';
import type { DispositionStatus } from '@cpm/vocabulary';
import { Owing } from './owing.js';

/**
 * What was submitted, and by what it can be known. `ip`: the recipient has three devices on IP; `sms`: his phone, which is on CS only, is all he has;
 * `chat`: said in a group; `file`, `invitation`: answered by two of the recipient's devices at once.
 */
export type Kind = 'ip' | 'sms' | 'chat' | 'file' | 'invitation';

export interface Submission {
  readonly id: string;
  readonly kind: Kind;
  readonly sender: string;
  /** The device that it was sent from. */
  readonly origin: string;
  readonly recipients: readonly string[];
  readonly requested: readonly DispositionRequest[];
  /** The group it was said in. */
  readonly session?: string;
  /** Of a file, in hexadecimal. */
  readonly sha256?: string;
}

/** A line of a journey, as the operator is shown it. */
export interface JourneyLine {
  readonly step: string;
  readonly device?: string;
  readonly form?: string;
  readonly reason?: string;
}

/** Folder and flags of each object, by its id. */
export type Sight = Readonly<Record<string, string>>;

export interface ShownObject {
  readonly messageId: string;
  readonly direction: 'In' | 'Out';
}

/** What was seen from outside. `at` in epoch ms. `device` is a device id. */
export type ChaosEvent =
  /** A user as the run made him, his Primary first among his devices. */
  | { readonly is: 'enrolled'; readonly user: string; readonly devices: readonly string[] }
  | ({ readonly is: 'submitted'; readonly at: number } & Submission)
  | { readonly is: 'accepted'; readonly id: string; readonly at: number }
  | { readonly is: 'refused'; readonly id: string; readonly at: number; readonly reason: string }
  /** The same submission once more; `ok` when it was answered with 202 again, otherwise why not. */
  | { readonly is: 'repeated'; readonly id: string; readonly at: number; readonly answer: string }
  /** A client handed the message to its application. */
  | { readonly is: 'received'; readonly id: string; readonly at: number; readonly user: string; readonly device: string }
  /** A message came over the wire, also when the client knew it already. */
  | { readonly is: 'message-frame'; readonly id: string; readonly device: string; readonly cursor: string }
  /** The user read it on this device, which says so. */
  | { readonly is: 'displayed'; readonly id: string; readonly at: number; readonly user: string; readonly device: string }
  /** The SMSC took a text; `id` of the message when its words tell. */
  | { readonly is: 'texted'; readonly id: string | undefined; readonly at: number; readonly to: string }
  /** The sender's client handed a report to its application. */
  | { readonly is: 'reported'; readonly id: string; readonly at: number; readonly device: string; readonly recipient: string; readonly status: DispositionStatus; readonly cursor: string }
  /** A report came over the wire, also when the client knew it already. */
  | { readonly is: 'report-frame'; readonly reportId: string; readonly device: string; readonly at: number }
  /** What a device was told when it answered an invitation or the offer of a file: `ok`, `409 <kind> <device>`, or `unknown` when nobody answered it. */
  | { readonly is: 'answered'; readonly id: string; readonly at: number; readonly device: string; readonly outcome: string }
  /** The sender's side was told that the invitation was accepted, or how it ended. */
  | { readonly is: 'settled'; readonly id: string; readonly at: number; readonly how: string }
  /** The device that took the file has all of it. */
  | { readonly is: 'fetched'; readonly id: string; readonly at: number; readonly device: string; readonly sha256: string }
  /** A device of the user removed the object of a message from his store. */
  | { readonly is: 'removed'; readonly id: string; readonly user: string }
  /** At the end: what a device's box shows, and what the message store shows to who asks it directly. */
  | { readonly is: 'box'; readonly user: string; readonly device: string; readonly sight: Sight }
  | { readonly is: 'store'; readonly user: string; readonly sight: Sight; readonly objects: readonly ShownObject[] }
  /** At the end, of what looks amiss: what the operator is shown of it. */
  | { readonly is: 'journey'; readonly id: string; readonly lines: readonly JourneyLine[] }
  /** A fault began that may take the outcome of a text under way away from the gateway, or keep it from hearing. */
  | { readonly is: 'fault'; readonly kind: string; readonly target: string; readonly at: number; readonly until: number }
  /** A process ended: by us, or by itself. */
  | { readonly is: 'ended'; readonly service: ServiceName; readonly at: number; readonly by: 'kill' | 'itself' };

export type EventOf<Type extends ChaosEvent['is']> = Extract<ChaosEvent, { is: Type }>;

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

  /** Submissions that are not where they belong yet. */
  get open(): number {
    return this.#owing.size;
  }

  count(type: ChaosEvent['is']): number {
    return this.#counts.get(type) ?? 0;
  }
}
