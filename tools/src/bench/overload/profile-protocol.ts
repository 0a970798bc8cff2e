import type { Percentiles } from '../load-protocol.js';

/** Submissions at a rate for a time, one phase after the other without a pause. */
export interface ProfilePhase {
  readonly name: string;
  /** Messages a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Of the messages this share has one user for its sender or recipient; the rest is spread over all others. */
  readonly hot?: { readonly user: 'sender' | 'recipient'; readonly share: number };
}

/** What became of the messages that were due within one second, or in one phase. */
export interface Window {
  readonly due: number;
  readonly accepted: number;
  /** 503: the system is behind. */
  readonly overloaded: number;
  /** 429: the caller takes too much. */
  readonly overShare: number;
  /** No answer, or another one. */
  readonly failed: number;
  readonly completed: number;
  readonly submitToPush: Percentiles;
  readonly submitToReport: Percentiles;
}

export interface PlayedPhase extends Window {
  readonly name: string;
  readonly seconds: number;
  readonly bySecond: readonly Window[];
  /** Of messages that the hot user has no part in. */
  readonly others?: Window;
}

export interface PlayedProfile {
  readonly phases: readonly PlayedPhase[];
  readonly duplicateReports: number;
  /** How late submissions left after they were due, ms: what the load process itself adds. */
  readonly lateness: Percentiles;
  /** Submissions that were not made because too many waited for their answer already. */
  readonly unsent: number;
  /** Streams that ended: their devices do not come back here. */
  readonly cutStreams: number;
}
