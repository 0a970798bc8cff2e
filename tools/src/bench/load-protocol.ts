import type { PlayedProfile, ProfilePhase } from './overload/profile-protocol.js';

/** What the bench tells its load process, and what that answers. Rates are messages per second, times milliseconds. */
export type LoadCommand =
  | { do: 'connect'; url: string; pairs: number }
  | { do: 'closed'; window: number; seconds: number }
  | { do: 'fixed'; rate: number; seconds: number }
  | { do: 'profile'; phases: readonly ProfilePhase[] }
  | { do: 'count'; messages: number; window: number };

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface PhaseResult {
  readonly messages: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly submitToPush: Percentiles;
  readonly submitToReport: Percentiles;
  /** Messages that did not reach all three devices and back as a report within the drain time. */
  readonly incomplete: number;
  readonly duplicateReports: number;
  readonly refused: number;
}

export type LoadAnswer = { is: 'connected' } | { is: 'progress'; completed: number; inFlight: number } | { is: 'result'; result: PhaseResult } | { is: 'played'; profile: PlayedProfile } | { is: 'failed'; reason: string };
