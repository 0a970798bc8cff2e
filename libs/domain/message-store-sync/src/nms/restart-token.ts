import type { DeviceId } from '@cpm/vocabulary';
import type { SubscriptionPlace } from '@cpm/contracts-message-store-sync';
import type { Box } from '../box/box.js';
import { rulesOf } from '../box/sync-policy.js';

/** Everything that it takes to go on with a subscription: its place, and the rules that the device's view was made under. */
export interface RestartToken extends SubscriptionPlace {
  readonly rules: number;
}

const FORM = /^r1\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/;

/** OMA NMS leaves its form to the server; it says nothing that its device may not know. */
export function restartToken({ position, index, rules }: RestartToken): string {
  return `r1.${position}.${index}.${rules}`;
}

/** Undefined when it is none of ours. */
export function readRestartToken(text: string): RestartToken | undefined {
  const [, position, index, rules] = FORM.exec(text) ?? [];
  if (position === undefined || Number(index) < 1) return undefined;
  return { position: Number(position), index: Number(index), rules: Number(rules) };
}

/** CPM-MLD-016: whether what changed since can be told; else the device must search all again. */
export function canReplay(token: RestartToken, { modSeq, sweep, ...box }: Pick<Box, 'modSeq' | 'sweep' | 'rulesSince'>, device: DeviceId): boolean {
  return token.position <= modSeq && token.position >= sweep.floor && token.rules === rulesOf(box, device);
}
