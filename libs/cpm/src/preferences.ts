import { z } from 'zod';
import { cpmService, deviceId } from './device.js';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');

/** Quiet hours in minutes of the named time zone; `from` after `to` spans midnight. */
export const quietHours = z.object({ from: clock, to: clock, utcOffsetMinutes: z.number().int().min(-720).max(840).default(0) });
export type QuietHours = z.infer<typeof quietHours>;

/** What one device gets: everything, only a notification of it, or nothing. */
export const deviceRule = z.object({
  deviceId,
  services: z.array(cpmService).max(4).default(['standalone', 'chat', 'file-transfer', 'session']),
  quietHours: quietHours.optional(),
  mode: z.enum(['full', 'notify', 'skip']),
});
export type DeviceRule = z.infer<typeof deviceRule>;

export const syncRule = z.object({
  deviceId,
  folders: z.array(z.string().min(1).max(256)).max(64).optional(),
  maxAgeDays: z.number().int().positive().max(3650).optional(),
  contentTypes: z.array(z.string().max(128)).max(64).optional(),
  maxBytes: z.number().int().positive().optional(),
});

/** Which of the sender's other devices get copies of his reports. */
export const reportsToOtherDevices = z.union([z.enum(['none', 'all']), z.array(deviceId).max(64)]);
export type ReportsToOtherDevices = z.infer<typeof reportsToOtherDevices>;

/** One User Preferences Profile. `reportsToOtherDevices` absent: the service provider's policy decides. */
export const preferenceProfile = z.object({
  sendReadReports: z.boolean().default(true),
  reportsToOtherDevices: reportsToOtherDevices.optional(),
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or pt-BR').optional(),
  deviceRules: z.array(deviceRule).max(64).default([]),
  syncRules: z.array(syncRule).max(64).default([]),
});
export type PreferenceProfile = z.infer<typeof preferenceProfile>;

const profileName = z.string().regex(/^(?!__proto__$|constructor$|prototype$)[\w-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -');

export const preferences = z
  .object({ activeProfile: profileName, profiles: z.record(profileName, preferenceProfile) })
  .refine((value) => Object.hasOwn(value.profiles, value.activeProfile), { path: ['activeProfile'], message: 'must name one of profiles' })
  .refine((value) => Object.keys(value.profiles).length <= 16, { path: ['profiles'], message: 'at most 16 profiles' });
export type Preferences = z.infer<typeof preferences>;

/** The preferences of a user who never set any. */
export const DEFAULT_PROFILE: PreferenceProfile = { sendReadReports: true, deviceRules: [], syncRules: [] };
export const DEFAULT_PREFERENCES: Preferences = { activeProfile: 'default', profiles: { default: DEFAULT_PROFILE } };
