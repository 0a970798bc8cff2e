import { isErasing, type UserErasure } from '@cpm/domain-device-registry';
import { inboxOf } from '@cpm/runtime-decider';
import type { Checker } from './checker.js';

/** Versions and watermarks grow, a commit means that its outputs are in the log; recorded by the history at every step. */
export const runtimePromises: Checker = {
  name: 'the runtime keeps its promises',
  atEnd: false,
  check: ({ history }) => history.violations,
};

/** Everything in the logs is handled, and each poisoned record lies in the dead letters exactly once. */
export const poisonGoesAside: Checker = {
  name: 'poison goes aside',
  atEnd: true,
  check: ({ log, stores, injected, history }) => {
    const lag = [...stores.keys()].filter((service) => log.lag(inboxOf(service)) > 0).map((service) => `${service} is not through its inbox: ${log.lag(inboxOf(service))} left`);
    // A short message without a conversation lies there as well.
    const letters = [...stores.values()].reduce((sum, store) => sum + [...store.rows('dead-letters').keys()].filter((id) => !id.includes('/inbound/')).length, 0);
    // Those of an erased user are erased.
    const isWhole = history.of('erased').length > 0 ? letters <= injected.poison : letters === injected.poison;
    return isWhole ? lag : [...lag, `${letters} dead letters for ${injected.poison} poisoned records`];
  },
};

/**
 * I9: cursors of a user's stream have no gap and no double, and devices see them rising. While a user is being erased nobody reads his: a process that
 * lost his partition in the middle of the first round may still take rows from a stream that has begun anew, and the second round erases all of it.
 */
export const cursorsRise: Checker = {
  name: 'cursors rise',
  atEnd: false,
  check: ({ stores }) => {
    const violations: string[] = [];
    const erasures = stores.get('device-registry')?.aggregates('erasure') ?? [];
    const erasing = new Set(erasures.flatMap(({ stored }) => (isErasing(stored.state as UserErasure) ? [stored.id] : [])));
    for (const { stored } of stores.get('client-edge')?.aggregates('downlink') ?? []) {
      if (erasing.has(stored.id)) continue;
      const rows = [...(stores.get('client-edge')?.rows('frames').values() ?? [])].filter((row) => row['u'] === stored.id);
      const numbers = new Set(rows.map((row) => row['n']));
      if (numbers.size !== rows.length) violations.push(`${stored.id}: a cursor is used twice`);
      const { next } = stored.state as { next: number };
      const missing = Array.from({ length: next }, (_, n) => n).filter((n) => n > 0 && !numbers.has(n));
      if (missing.length > 0) violations.push(`${stored.id}: cursors ${missing.join(',')} below ${next} are missing`);
    }
    return violations;
  },
};
