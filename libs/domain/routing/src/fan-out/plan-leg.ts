import { acceptsContentType, serviceOf, type Instant, type Message, type Policy, type SessionBinding } from '@cpm/vocabulary';
import type { RegisteredDevice } from '@cpm/contracts-device-registry';
import type { Leg } from '../delivery/leg.js';
import type { LegPlan } from '../delivery/leg-plan.js';
import { plan } from '../delivery/leg-plan.js';
import { planPrimaryWithoutIp } from '../primary-leg/primary-leg.js';
import { effectiveIp } from '../primary-leg/effective-ip.js';
import type { DeviceAccess, Profile } from '../profile/profile.js';
import { preferenceFor, type DevicePreference } from './device-preference.js';
import { partInSession } from './session-part.js';

/** All that the decision about one leg depends on. */
export interface LegSituation {
  readonly device: RegisteredDevice;
  readonly message: Message;
  /** Of a chat message. */
  readonly binding: SessionBinding | null;
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
const FILE_TOO_LARGE = plan('SKIP', 'too-large');
const FILE_TYPE = plan('SKIP', 'content-type');
const NOT_TARGETED = plan('SKIP', 'policy-target');

/** CPM-MLD-001, CPM-MLD-019: in which form a device gets a message now, or that it waits, or that it gets nothing, and why. */
export function planLeg(situation: LegSituation): LegPlan {
  const { device, profile, now, leg } = situation;
  const preference = preferenceFor(profile.preferences, { device: device.id, service: serviceOf(situation.message), now });
  const excluded = exclusionOf(situation, preference);
  if (excluded) return excluded;
  const ip = effectiveIp(device, situation.access, leg);
  const part = situation.binding && partInSession(situation, ip, situation.binding);
  if (part) return part;
  if (ip === 'AVAILABLE') return overIp(situation, preference);
  return leg.role === 'secondary' ? NO_IP : planPrimaryWithoutIp({ situation, preference, ip });
}

function exclusionOf(situation: LegSituation, preference: DevicePreference | undefined): LegPlan | undefined {
  const { device, policy, leg, message } = situation;
  if (!device.capabilities.services.includes(serviceOf(message))) return INCAPABLE;
  if (preference?.mode === 'skip') return UNWANTED;
  const targets = policy['fork.targets'];
  return targets === 'all' || (targets === 'primary') === (leg.role === 'primary') ? undefined : NOT_TARGETED;
}

function overIp({ device: { capabilities }, message }: LegSituation, preference: DevicePreference | undefined): LegPlan {
  const isOffer = serviceOf(message) === 'file-transfer';
  if (message.size > capabilities.maxBytes) return isOffer ? FILE_TOO_LARGE : TOO_LARGE;
  if (!acceptsContentType(capabilities.contentTypes, message.contentType)) return isOffer ? FILE_TYPE : CONTENT_TYPE;
  // An offer is a notification already.
  return preference?.mode === 'notify' && !isOffer ? NOTIFY_PREFERRED : FULL;
}
