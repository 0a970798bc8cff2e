import { nameOf } from '../cast.js';
import type { SeenOf } from '../sightings.js';
import type { World } from '../world.js';
import type { Checker } from './checker.js';
import { deliveriesOf } from './routing-state.js';

type Answered = SeenOf<'answered'>;

/**
 * I4: of the devices of a user only one is told that it is in, per round of a session and per offer of a file; who comes later is told who was first.
 * A user who speaks on another device while the one that was first is out of reach has gone over to it.
 */
export const atMostOneWinner: Checker = {
  name: 'at most one winner',
  atEnd: false,
  check: (world) => {
    const answers = world.history.of('answered');
    const userOf = (device: string) => world.devices.get(device).user;
    const rounds = grouped(answers.filter(({ act, round }) => act === 'accept' && round !== undefined), ({ device, subject, round }) => `${userOf(device)} in round ${round} of ${subject}`);
    return [...[...rounds].flatMap(([where, asked]) => contestedRound(where, asked, world)), ...takersOf(world)];
  },
};

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function contestedRound(where: string, asked: readonly Answered[], { history }: World): string[] {
  const spoken = history.of('accepted').filter(({ service }) => service === 'chat');
  const wentOver = ({ device, subject, order }: Answered) => spoken.some((said) => said.sessionId === subject && said.originDevice === device && said.order < order);
  const admitted = asked.filter(({ outcome }) => outcome.status === 'ok');
  const winners = [...new Set(admitted.filter((one) => one.device === admitted[0]?.device || !wentOver(one)).map(({ device }) => device))];
  if (winners.length > 1) return [`${where}: ${winners.map(nameOf).join(' and ')} were both told that they are in`];
  // Of a device that was renamed the name says nothing here, and one that was removed has none.
  if (history.of('renamed').length > 0 || history.of('device-removed').length > 0) return [];
  // Who speaks first where several answered by themselves has won without accepting.
  const speakers = spoken.filter(({ sessionId }) => sessionId === asked[0]?.subject).map(({ originDevice }) => nameOf(originDevice));
  return asked.filter(({ outcome }) => outcome.code === 'accepted-elsewhere').flatMap(({ device, outcome }) => {
    const [winner] = winners;
    if (outcome.device === undefined || outcome.device === nameOf(device)) return [`${where}: ${nameOf(device)} was not told who came first, but ${outcome.device}`];
    return winner !== undefined && outcome.device !== nameOf(winner) && !speakers.includes(outcome.device) ? [`${where}: ${nameOf(device)} was told of ${outcome.device}, not of ${nameOf(winner)}`] : [];
  });
}

/** Why a device has a file, or is about to. */
const HAVING: ReadonlySet<string | undefined> = new Set(['accepted', 'auto-accepted', 'completed', 'acknowledged', 'displayed']);

/**
 * A file changes hands only after who took it had broken off for the whole resume window, or was removed. Of what happens in one instant only the
 * journey knows the order, so who is told that he may fetch it is looked up there.
 */
function takersOf({ history, stores, policy, devices }: World): string[] {
  const removed = new Set(history.of('device-removed').map(({ device }) => device));
  const answered = history.of('answered').filter(({ act }) => act === 'accept-file');
  return [...deliveriesOf(stores).values()].flatMap(({ id, state: { message, recipient }, journey }) => {
    const told = answered.filter(({ subject, device, outcome }) => subject === message.id && devices.get(device).user === recipient && outcome.status === 'accepted');
    const strangers = told.filter(({ device }) => !journey.some((entry) => entry.device === device && HAVING.has(entry.reason)));
    const takers = journey.flatMap(({ reason, at, device }) => ((reason === 'accepted' || reason === 'auto-accepted') && device !== undefined ? [{ at, device }] : []));
    const doubles = takers.flatMap((taker, position) => {
      const before = takers[position - 1];
      if (!before || before.device === taker.device || removed.has(before.device)) return [];
      const until = taker.at - policy['ft.resumeWindowSec'] * 1000;
      const isOfferedAgain = journey.some(({ reason, at, device }) => reason === 'interrupted' && device === before.device && at >= before.at && at <= until);
      return isOfferedAgain ? [] : [`${id}: taken by ${nameOf(before.device)} and by ${nameOf(taker.device)} within one offer`];
    });
    return [...doubles, ...strangers.map(({ device }) => `${id}: ${nameOf(device)} was told that it may fetch what it had not taken`)];
  });
}
