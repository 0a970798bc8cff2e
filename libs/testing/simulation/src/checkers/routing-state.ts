import type { Focus, OfferedDelivery, Participation } from '@cpm/domain-routing';
import type { JourneyEntry } from '@cpm/runtime-decider';
import type { World } from '../world.js';

/** What routing keeps of one thing, and how it came about. */
export interface Kept<State> {
  readonly id: string;
  readonly state: State;
  readonly open: boolean;
  readonly journey: readonly JourneyEntry[];
}

function keptOf<State>(stores: World['stores'], kind: string): Map<string, Kept<State>> {
  const all = stores.get('routing')?.aggregates(kind) ?? [];
  return new Map(all.map(({ stored: { id, state }, open, journey }) => [id, { id, state: state as State, open, journey }]));
}

/** By `recipient|message`; only what was offered. */
export function deliveriesOf(stores: World['stores']): Map<string, Kept<OfferedDelivery>> {
  const all = keptOf<OfferedDelivery | { readonly stage: 'none' }>(stores, 'delivery');
  return new Map([...all].filter((entry): entry is [string, Kept<OfferedDelivery>] => entry[1].state.stage === 'offered'));
}

/** By `user|session`. */
export function participationsOf(stores: World['stores']): Map<string, Kept<Participation>> {
  return keptOf<Participation>(stores, 'participation');
}

/** By `creator|session`. */
export function fociOf(stores: World['stores']): Map<string, Kept<Focus>> {
  return keptOf<Focus>(stores, 'focus');
}

/** All but one have left a group for good: what he says is for nobody. */
export function isLeftToHim(stores: World['stores'], sessionId: string | undefined, from: string): boolean {
  const focus = [...fociOf(stores).values()].find(({ state }) => state.session?.id === sessionId)?.state;
  if (!focus?.session || focus.session.kind === 'one-to-one') return false;
  return Object.entries(focus.members).every(([user, { status }]) => user === from || status === 'left' || status === 'declined');
}
