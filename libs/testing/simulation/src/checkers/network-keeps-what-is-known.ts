import type { T8Subscriptions } from '@cpm/domain-access-awareness';
import type { Checker } from './checker.js';

/** CPM-MLD-035: what the network has confirmed it keeps because a state knows it: else it would report for ever, and nobody would end it. */
export const networkKeepsWhatIsKnown: Checker = {
  name: 'the network keeps what is known',
  atEnd: true,
  check: ({ stores, network, now, history }) => {
    // Of an answer that nobody got the network's own report tells, or the end of its life.
    if (network.lostAnswers > 0 || history.of('erased').length > 0) return [];
    const states = (stores.get('access-awareness')?.aggregates('t8-subscriptions') ?? []).map(({ stored }) => stored.state as T8Subscriptions);
    const known = new Set(states.flatMap(({ subscriptions, deletions }) => [...subscriptions, ...deletions].map(({ subscriptionId }) => subscriptionId)));
    const strays = [...network.confirmed].filter((id) => (network.held.get(id)?.expiresAt ?? 0) > now && !known.has(id)).map((id) => `subscription ${id} of ${network.held.get(id)?.user} is kept and nobody knows it`);
    const doubles = states.flatMap(({ subscriptions }) => (new Set(subscriptions.map(({ monitoring }) => monitoring)).size < subscriptions.length ? [`a kind is asked for twice: ${JSON.stringify(subscriptions)}`] : []));
    return [...strays, ...doubles];
  },
};
