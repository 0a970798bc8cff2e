import type { Sight } from '../history.js';
import type { Seen } from '../seen.js';
import type { Invariant, Violation } from './invariant.js';

const LISTED = 5;

/** At the end every device shows what the message store shows, and the store has each accepted message of its user once unless a device removed it. */
export const boxesConverge: Invariant = {
  name: 'boxes converge',
  broken: (seen) => [...differences(seen), ...notOnce(seen)],
};

/** Boxes of devices that show just what the store shows. */
export function convergedBoxes(seen: Seen): number {
  const stores = new Map(seen.of('store').map(({ user, sight }) => [user, sight]));
  return seen.of('box').filter(({ user, sight }) => differenceOf(sight, stores.get(user) ?? {}).length === 0).length;
}

function differences(seen: Seen): Omit<Violation, 'invariant'>[] {
  const stores = new Map(seen.of('store').map(({ user, sight }) => [user, sight]));
  return seen.of('box').flatMap(({ user, device, sight }) => {
    const different = differenceOf(sight, stores.get(user) ?? {});
    if (different.length === 0) return [];
    return [{ about: user, what: `${device} differs in ${different.length} objects: ${different.slice(0, LISTED).join('; ')}` }];
  });
}

function differenceOf(shown: Sight, stored: Sight): readonly string[] {
  const ids = new Set([...Object.keys(shown), ...Object.keys(stored)]);
  return [...ids].filter((id) => shown[id] !== stored[id]).map((id) => `${id} is ${shown[id] ?? 'not shown'} and stored ${stored[id] ?? 'nowhere'}`);
}

function notOnce(seen: Seen): Omit<Violation, 'invariant'>[] {
  const removed = new Set(seen.of('removed').map(({ user, id }) => `${user}|${id}`));
  const accepted = seen.accepted.filter(({ kind }) => kind !== 'invitation');
  return seen.of('store').flatMap(({ user, objects }) => {
    const held = Map.groupBy(objects, ({ messageId, direction }) => `${direction}|${messageId}`);
    const due = accepted.flatMap(({ id, sender, recipients }) => [...(sender === user ? [`Out|${id}`] : []), ...(recipients.includes(user) ? [`In|${id}`] : [])]);
    return due.flatMap((key) => {
      const times = held.get(key)?.length ?? 0;
      const id = key.slice(key.indexOf('|') + 1);
      if (times === 1 || (times === 0 && removed.has(`${user}|${id}`))) return [];
      return [{ about: id, what: `the store of ${user} has it ${times} times (${key.slice(0, key.indexOf('|'))})` }];
    });
  });
}
