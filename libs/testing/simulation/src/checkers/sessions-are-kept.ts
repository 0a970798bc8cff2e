import type { Box } from '@cpm/domain-message-store-sync';
import type { Participation } from '@cpm/domain-routing';
import type { World } from '../world.js';
import type { Checker } from './checker.js';
import { fociOf, participationsOf } from './routing-state.js';

type Row = Readonly<Record<string, unknown>>;

/** Every user who was asked finds the session in his store unless he removed it, with its end, and of a group who belongs to it; nobody's devices but his own. */
export const sessionsAreKept: Checker = {
  name: 'sessions are kept',
  atEnd: true,
  check: ({ stores, history: seen }) => {
    const gone = new Set(seen.of('unsettled').map(({ user }) => user));
    const rows = (stores.get('message-store-sync')?.rows('objects') ?? new Map()) as ReadonlyMap<string, Row>;
    const foci = fociOf(stores);
    const mayForget = seen.of('policy').some(({ names }) => names.includes('store.tombstoneDays'));
    return [...participationsOf(stores).values()].flatMap(({ id, state: { status, session, generation, legs } }) => {
      if (!session || status === 'none') return [];
      const user = id.slice(0, id.indexOf('|'));
      if (gone.has(user) || gone.has(session.creator)) return [];
      const oid = `session-${session.id}-${generation}`;
      const history = rows.get(`${user}|${oid}`);
      if (!history && !(mayForget && removedBy(user, stores).includes(oid))) return [`${id} has no history of round ${generation}`];
      // Of one that its user removed, with its folder for one, nothing is told any more.
      const wrongHistory = history && history['deleted'] !== true ? faultsOf(history, id, legs) : [];
      const members = foci.get(`${session.creator}|${session.id}`)?.state.members ?? {};
      if (session.kind === 'one-to-one' || !['joined', 'missed'].includes(members[user]?.status ?? '')) return wrongHistory;
      const group = rows.get(`${user}|group-${session.id}`);
      // Its user removed it, and the box may have forgotten that.
      if (group?.['deleted'] === true || (!group && mayForget)) return wrongHistory;
      const text = String(group?.['text']);
      const wrong = Object.entries(members).filter(([address, member]) => text.includes(`"${address}"`) !== (member.status !== 'left' && member.status !== 'declined'));
      return [...wrongHistory, ...wrong.map(([address, member]) => `the group state of ${id} is wrong of ${address}, who is ${member.status}`)];
    });
  },
};

function faultsOf(history: Row, id: string, legs: Participation['legs']): string[] {
  const own = new Set<string>(legs.map(({ device }) => device));
  const strange = (history['devices'] as string[]).filter((device) => !own.has(device)).map((device) => `${id} was told of ${device}`);
  return JSON.stringify(history['attributes']).includes('X-CPM-Session-End') ? strange : [...strange, `the history of ${id} has no end`];
}

/** Names of the objects of sessions that the user removed. */
function removedBy(user: string, stores: World['stores']): readonly string[] {
  const box = stores.get('message-store-sync')?.aggregates('box').find(({ stored }) => stored.id === user)?.stored.state as Box | undefined;
  return box?.removedSessions ?? [];
}
