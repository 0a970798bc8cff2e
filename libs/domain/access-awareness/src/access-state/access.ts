import type { AccessState, DeviceId, DeviceRole, Policy } from '@cpm/vocabulary';
import type { DocumentVersion } from './document-versions.js';
import type { Evidence, EvidenceBook } from './evidence.js';
import { NO_EVIDENCE } from './evidence.js';
import type { IpPreference } from './ip-preference-hold.js';
import type { Restatement } from './restatement.js';
import type { PrimaryWatch } from '../network-subscription/watch-primary.js';

/** A device of the user, and what others were last told of its access. */
export interface KnownDevice {
  readonly id: DeviceId;
  readonly role: DeviceRole;
  readonly ip: AccessState;
  readonly cs: AccessState;
  /** Until when IP is awaited, epoch ms; the Primary only, while a hold runs. */
  readonly holdUntil?: number;
}

/** One line of the history an operator reads. */
export interface AccessChange {
  readonly at: number;
  readonly device: DeviceId;
  readonly ip: AccessState;
  readonly cs: AccessState;
  readonly holdUntil?: number;
  readonly reason: string;
  readonly source?: string;
  readonly cause?: string;
}

/** The reachability of one user's devices. */
export interface Access {
  /** Of the newest subscriber snapshot seen. */
  readonly version: number;
  /** Empty before the subscriber is known and after his removal. */
  readonly devices: readonly KnownDevice[];
  readonly book: EvidenceBook;
  readonly preference: IpPreference;
  /** The last instant the evidence was judged at; time never runs back from it. */
  readonly judgedAt: number;
  /** The last changes, oldest first. */
  readonly recent: readonly AccessChange[];
  /** Absent where no source has numbered what it says. */
  readonly documents?: readonly DocumentVersion[];
  /** Words have their end by the policy of their time; absent in what the version before stored. */
  readonly isDated?: true;
  /** Absent: nothing was said. */
  readonly watch?: PrimaryWatch;
}

export const NOTHING_KNOWN: Access = { version: 0, devices: [], book: NO_EVIDENCE, preference: {}, judgedAt: 0, recent: [], isDated: true };

/** The log's time, epoch ms, and the policy in force, which every command carries. */
export interface Occasion {
  readonly now: number;
  readonly policy: Policy;
}

export type Observe = Occasion & { readonly type: 'Observe'; readonly evidence: Evidence; readonly documentVersion?: number };
export type Restate = Occasion & { readonly type: 'Restate'; readonly restatement: Restatement; readonly documentVersion?: number };
export type KnowDevices = Occasion & {
  readonly type: 'KnowDevices';
  readonly version: number;
  readonly removed: boolean;
  readonly devices: readonly Pick<KnownDevice, 'id' | 'role'>[];
};
export type Elapse = Occasion & { readonly type: 'Elapse' };
export type AccessCommand = Observe | Restate | KnowDevices | Elapse;

export type AccessEvent =
  | { readonly type: 'EvidenceRecorded'; readonly evidence: Evidence; readonly at: number }
  | { readonly type: 'EvidenceIgnored'; readonly reason: 'older'; readonly evidence: Evidence }
  | { readonly type: 'DocumentRead'; readonly document: DocumentVersion }
  | { readonly type: 'EvidenceRestated'; readonly restatement: Restatement; readonly at: number }
  | { readonly type: 'DevicesKnown'; readonly version: number; readonly devices: KnowDevices['devices']; readonly at: number }
  | { readonly type: 'SubscriberForgotten'; readonly version: number }
  | { readonly type: 'TimePassed'; readonly at: number }
  | { readonly type: 'WatchChanged'; readonly watch: PrimaryWatch }
  | { readonly type: 'IpPreferenceChanged'; readonly preference: IpPreference }
  | ({ readonly type: 'DeviceAccessChanged' } & AccessChange);
