import type { AccessObserved } from '@cpm/contracts-access-awareness';
import type { AlertNotification } from '@cpm/smpp';
import { userOf } from './handset-address.js';

/** What an alert says of the handset's access over CS; undefined when it names no subscriber. */
export function alertEvidence({ handset, availability }: AlertNotification, at: number): AccessObserved | undefined {
  const user = userOf(handset);
  if (!user) return undefined;
  const state = availability === 'available' ? 'AVAILABLE' : 'UNAVAILABLE';
  return { user, access: 'CS', state, confidence: 'DELIVERABLE', source: 'smpp-alert', observedAt: at, cause: availability };
}
