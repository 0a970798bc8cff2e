import type { DeviceId } from '@cpm/vocabulary';
import type { AnswerRefused, RefusalCode } from '@cpm/contracts-routing';
import { deviceOf, type Profile } from '../profile/profile.js';
import type { Contest, Standing } from './first-wins.js';

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
