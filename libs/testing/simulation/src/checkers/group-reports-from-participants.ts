import type { DispositionStatus } from '@cpm/vocabulary';
import type { World } from '../world.js';
import type { Checker } from './checker.js';
import { framesOf } from './frames.js';
import { deliveriesOf } from './routing-state.js';

interface Report {
  readonly messageId: string;
  readonly recipient: string;
  readonly status: DispositionStatus;
}

/** CPM-MLD-024, CPM-MLD-025: in a group nobody is reported for whom only devices spoke that were not in the session. */
export const groupReportsFromParticipants: Checker = {
  name: 'group reports come from participants',
  atEnd: false,
  check: (world) => {
    const { history, stores, devices } = world;
    const owed = owedPrimaries(world);
    const forAll = boundToAll(world);
    const groups = new Set(history.of('session-started').flatMap(({ sessionId, sessionKind }) => (sessionKind === 'one-to-one' ? [] : [sessionId])));
    const messages = history.messages();
    const inSession = participantsOf(world);
    const rounds = framesOf<{ id: string }>(stores, 'session.closed');
    const relayed = new Map(history.of('relayed').map(({ message, at }) => [message.id, at]));
    const got = new Set(history.of('received').map(({ device, messageId }) => `${device} ${messageId}`));
    const texts = new Set(history.of('sms-received').map(({ user, messageId }) => `${user} ${messageId}`));
    const acknowledged = history.of('acknowledged');
    return framesOf<Report>(stores, 'disposition').flatMap(({ data: { messageId, recipient, status } }) => {
      const sessionId = messages.get(messageId)?.sessionId;
      if (sessionId === undefined || !groups.has(sessionId) || (status !== 'delivered' && status !== 'displayed')) return [];
      if (status === 'delivered' && texts.has(`${recipient} ${messageId}`)) return [];
      const own = [...devices.all.values()].filter(({ user }) => user === recipient);
      // Nobody was in any more when it was said, so all devices were to get it.
      if (forAll.has(`${recipient} ${messageId}`)) return [];
      // Where nobody answered in the round that it was said in, all devices are served like with any other message.
      const closings = rounds.filter(({ data }) => data.id === sessionId).map(({ at }) => at);
      const said = relayed.get(messageId) ?? 0;
      if (!own.some(({ id }) => inSession.get(`${id} ${sessionId}`)?.some((since) => isOneRound(since, said, closings)))) return [];
      const witness = acknowledged.some((word) =>
        word.messageId === messageId && devices.get(word.device).user === recipient && (status === 'delivered' || word.status === 'displayed') &&
        (got.has(`${word.device} ${messageId}`) || owed.has(`${word.device} ${messageId}`) || inSession.has(`${word.device} ${sessionId}`)));
      return witness ? [] : [`${status} of ${messageId} was reported for ${recipient}, but no device spoke that was in ${sessionId}`];
    });
  },
};

/** By `device session`: when it was told that it is in, or began it. */
function participantsOf({ history, stores }: World): ReadonlyMap<string, readonly number[]> {
  const told = framesOf<{ id: string }>(stores, 'session.established').flatMap(({ to, at, data: { id } }) => to.map((device) => ({ device, sessionId: id, at })));
  const times = new Map<string, number[]>();
  for (const { device, sessionId, at } of [...told, ...history.of('session-started')]) times.set(`${device} ${sessionId}`, [...(times.get(`${device} ${sessionId}`) ?? []), at]);
  return times;
}

/** The session did not close between the two: a round that was over has no participants in the next. */
function isOneRound(one: number, other: number, closings: readonly number[]): boolean {
  return !closings.some((at) => Math.min(one, other) <= at && at <= Math.max(one, other));
}

/** `user message` of what was said while none of the user's devices was in the session, so that it is for all of them. */
function boundToAll({ stores }: World): ReadonlySet<string> {
  return new Set([...deliveriesOf(stores).values()].flatMap(({ state: { recipient, binding, message } }) => (binding?.others === 'all' ? [`${recipient} ${message.id}`] : [])));
}

/** CPM-MLD-028: `device message` of each Primary that was to get a message of the group over CS, so that it speaks for its user like the text that it gets. */
function owedPrimaries({ stores }: World): Set<string> {
  const owed = [...deliveriesOf(stores).values()].flatMap(({ state: { legs, message }, journey }) => legs
    .filter(({ role, device, state }) => role === 'primary' && state !== 'SKIPPED' && !journey.some((entry) => entry.device === device && entry.reason === 'invitation-pending'))
    .map(({ device }) => `${device} ${message.id}`));
  return new Set(owed);
}
