import { acceptsContentType, type Instant, type Message, type Policy } from '@cpm/vocabulary';
import type { RegisteredDevice } from '@cpm/contracts-device-registry';
import type { Leg } from '../delivery/leg.js';
import type { LegPlan } from '../delivery/leg-plan.js';
import { plan } from '../delivery/leg-plan.js';
import { planPrimaryWithoutIp } from '../primary-leg/primary-leg.js';
import { effectiveIp } from '../primary-leg/effective-ip.js';
import type { DeviceAccess, Profile } from '../profile/profile.js';
import { preferenceFor, type DevicePreference } from './device-preference.js';

/** All that the decision about one leg depends on. */
export interface LegSituation {
  readonly device: RegisteredDevice;
  readonly message: Message;
  readonly access: DeviceAccess;
  readonly profile: Profile;
  readonly policy: Policy;
  readonly now: Instant;
  /** The leg as it stands; its role and what was tried before count. */
  readonly leg: Leg;
  /** A Secondary has the message already, or is getting it now. */
  readonly secondaryServed: boolean;
}

const FULL = plan('FULL', 'ip-available');
const TOO_LARGE = plan('NOTIFY', 'too-large');
const CONTENT_TYPE = plan('NOTIFY', 'content-type');
const NOTIFY_PREFERRED = plan('NOTIFY', 'preference');
const NO_IP = plan('DEFER', 'no-ip');
const INCAPABLE = plan('SKIP', 'capability');
const UNWANTED = plan('SKIP', 'preference');
const NOT_TARGETED = plan('SKIP', 'policy-target');

/** CPM-MLD-001: in which form a device gets a message now, or that it waits, or that it gets nothing, and why. */
export function planLeg(situation: LegSituation): LegPlan {
  const { device, profile, now, leg } = situation;
  const preference = preferenceFor(profile.preferences, device.id, now);
  const excluded = exclusionOf(situation, preference);
  if (excluded) return excluded;
  const ip = effectiveIp(device, situation.access, leg);
  if (ip === 'AVAILABLE') return overIp(situation, preference);
  return leg.role === 'secondary' ? NO_IP : planPrimaryWithoutIp({ situation, preference, ip });
}

function exclusionOf({ device, policy, leg }: LegSituation, preference: DevicePreference | undefined): LegPlan | undefined {
  if (!device.capabilities.services.includes('standalone')) return INCAPABLE;
  if (preference?.mode === 'skip') return UNWANTED;
  const targets = policy['fork.targets'];
  return targets === 'all' || (targets === 'primary') === (leg.role === 'primary') ? undefined : NOT_TARGETED;
}

function overIp({ device: { capabilities }, message }: LegSituation, preference: DevicePreference | undefined): LegPlan {
  if (preference?.mode === 'notify') return NOTIFY_PREFERRED;
  if (message.size > capabilities.maxBytes) return TOO_LARGE;
  return acceptsContentType(capabilities.contentTypes, message.contentType) ? FULL : CONTENT_TYPE;
}
