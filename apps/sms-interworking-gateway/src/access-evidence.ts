import type { AccessObserved } from '@cpm/contracts-access-awareness';
import type { AlertNotification } from '@cpm/smpp';
import { userOf } from './handset-address.js';

const ALERTED: Readonly<Record<AlertNotification['availability'], Pick<AccessObserved, 'state' | 'cause'>>> = {
  available: { state: 'AVAILABLE' },
  denied: { state: 'UNAVAILABLE', cause: 'barred' },
  unavailable: { state: 'UNAVAILABLE', cause: 'unavailable' },
};

/** What an alert says of the handset's access over CS; undefined when it names no subscriber. */
export function alertEvidence({ handset, availability }: AlertNotification, at: number): AccessObserved | undefined {
  const user = userOf(handset);
  if (!user) return undefined;
  return { user, access: 'CS', confidence: 'DELIVERABLE', source: 'smpp-alert', observedAt: at, ...ALERTED[availability] };
}
