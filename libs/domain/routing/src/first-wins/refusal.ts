import type { DeviceId } from '@cpm/vocabulary';
import { deviceOf, type Profile } from '../profile/profile.js';
import type { Contest, Standing } from './first-wins.js';

/** Why a device's answer did not count; `device` is the name of the user's own device that came first. */
export interface AnswerRefused {
  readonly status: 'refused';
  readonly code: RefusalCode;
  readonly device?: string;
}
export type RefusalCode =
  | 'unknown-session' | 'unknown-transfer' | 'unknown-device' | 'already-accepted' | 'not-restartable' | 'not-running'
  | Exclude<Standing, 'winner' | 'decliner'>;

export function refused(code: RefusalCode, device?: string): AnswerRefused {
  return { status: 'refused', code, ...(device !== undefined && { device }) };
}

/** What a device that came too late is told. */
export function tooLate(standing: Exclude<Standing, 'winner' | 'decliner'>, contest: Contest, profile: Profile): AnswerRefused {
  return refused(standing, 'device' in contest ? nameOf(profile, contest.device) : undefined);
}

/** The name that the user gave to his device; undefined when he has it no more. */
export function nameOf(profile: Profile, device: DeviceId): string | undefined {
  return deviceOf(profile, device)?.name;
}
