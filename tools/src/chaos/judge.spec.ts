import type { ChaosEvent, Kind, Submission } from './history.js';
import { judge } from './judge.js';

const [ALICE, BOB, CAROL] = ['tel:+4930', 'tel:+4940', 'tel:+4950'] as const;
const GATEWAY = 'sms-interworking-gateway';

const people: ChaosEvent[] = [
  { is: 'enrolled', user: ALICE, devices: ['a1'] }, { is: 'enrolled', user: BOB, devices: ['b1', 'b2', 'b3'] }, { is: 'enrolled', user: CAROL, devices: ['c1'] },
];

const submitted = (id: string, at = 0, about: Partial<Submission> = {}): ChaosEvent => ({
  is: 'submitted', at, id, kind: 'ip', sender: ALICE, origin: 'a1', recipients: [BOB], requested: ['positive-delivery'], ...about,
});
const accepted = (id: string, at = 10): ChaosEvent => ({ is: 'accepted', id, at });
const received = (id: string, device: string, at = 20, user: string = BOB): ChaosEvent => ({ is: 'received', id, device, user, at });
const texted = (id: string, at = 20, to = '+4940'): ChaosEvent => ({ is: 'texted', id, at, to });
const displayed = (id: string, device: string): ChaosEvent => ({ is: 'displayed', id, at: 25, user: BOB, device });
const reported = (id: string, cursor = '1', status: 'delivered' | 'failed' | 'displayed' = 'delivered', device = 'a1'): ChaosEvent => ({ is: 'reported', id, at: 30, device, recipient: BOB, status, cursor });
const answered = (id: string, device: string, outcome: string): ChaosEvent => ({ is: 'answered', id, at: 20, device, outcome });
const ended = (service: 'routing' | typeof GATEWAY, at: number): ChaosEvent => ({ is: 'ended', service, at, by: 'kill' });

const whole = (id: string, at = 0): ChaosEvent[] => [submitted(id, at), accepted(id, at + 10), received(id, 'b1'), received(id, 'b2'), received(id, 'b3'), reported(id)];
const text = (id: string, at = 20): ChaosEvent[] => [submitted(id, 0, { kind: 'sms', recipients: [CAROL] }), accepted(id), texted(id, at, '+4950'), { ...reported(id), recipient: CAROL } as ChaosEvent];

const violations = (...events: readonly ChaosEvent[]) => judge([...people, ...events]).violations.map(({ invariant, about, what }) => `${invariant}: ${about}: ${what}`);
const without = (events: readonly ChaosEvent[], is: ChaosEvent['is'], device?: string) => events.filter((event) => !(event.is === is && (device === undefined || ('device' in event && event.device === device))));

describe('a run in which everything arrived', () => {
  it('has nothing to blame, whatever came before the answer to the submission', () => {
    expect(violations(...whole('a'), ...text('b'))).toEqual([]);
    const [first, answer, ...rest] = whole('a') as [ChaosEvent, ChaosEvent, ...ChaosEvent[]];
    expect(violations(first, ...rest, answer)).toEqual([]);
  });

  it('is told in figures', () => {
    expect(judge([...people, ...whole('a'), ...text('b')]).figures).toMatchObject({ submitted: 2, accepted: 2, acceptedOf: { ip: 1, sms: 1 }, refused: 0, delivered: 3, texts: 1, textsInsteadOfIp: 0, reports: 2 });
  });
});

describe('every accepted submission arrives', () => {
  const misses = (kind: Kind, what: string) => [`every accepted submission arrives: a: ${kind}, submitted 1970-01-01T00:00:00.000Z, misses ${what}`];

  it.each([
    ['a device', without(whole('a'), 'received', 'b2'), misses('ip', 'device b2')],
    ['the report', without(whole('a'), 'reported'), misses('ip', `delivered ${BOB}`)],
    ['more than a report of failure', [...without(whole('a'), 'reported'), reported('a', '1', 'failed')], [...misses('ip', `delivered ${BOB}`), `one report of each class: a: failed of ${BOB} was told, which nobody had asked for`]],
    ['the SMSC', without(text('a'), 'texted'), misses('sms', 'text')],
    ['everything', [submitted('a'), accepted('a')], misses('ip', `device b1, device b2, device b3, delivered ${BOB}`)],
    ['a member of a group', [submitted('a', 0, { kind: 'chat', recipients: [BOB, CAROL], requested: [] }), accepted('a'), received('a', 'b1')], misses('chat', `user ${CAROL}`)],
    ['a read report', [...whole('a').map((event) => (event.is === 'submitted' ? { ...event, requested: ['positive-delivery', 'display'] as const } : event)), displayed('a', 'b1')], misses('ip', `displayed ${BOB}`)],
    ['the end of an invitation', [submitted('a', 0, { kind: 'invitation', requested: [] }), accepted('a')], misses('invitation', 'an answer to the sender')],
    ['a file', [submitted('a', 0, { kind: 'file', requested: [] }), accepted('a')], misses('file', 'the file')],
  ])('misses %s', (_, events, expected) => expect(violations(...whole('b'), ...events)).toEqual(expected));

  it('blames nobody for what was refused', () => expect(violations(submitted('a'), { is: 'refused', id: 'a', at: 10, reason: '503' })).toEqual([]));

  it('counts an SMS to a Primary whose IP was in doubt', () => {
    expect(violations(...without(whole('a'), 'received', 'b1'), texted('a'))).toEqual([]);
    expect(judge([...people, ...whole('a'), texted('a')]).figures.textsInsteadOfIp).toBe(1);
  });

  it('owes a read report once, whichever device said it, and also when it was told already', () => {
    const asked = whole('a').map((event) => (event.is === 'submitted' ? { ...event, requested: ['positive-delivery', 'display'] as const } : event));
    expect(violations(...asked, displayed('a', 'b1'), reported('a', '2', 'displayed'), displayed('a', 'b2'))).toEqual([]);
  });
});

it('asks for an answer to every submission', () => expect(violations(submitted('a'))).toEqual(['every submission is answered: a: ip without an answer']));

describe('one report of each class', () => {
  it.each(['delivered', 'failed'] as const)('is broken when "%s" comes under another cursor', (status) => {
    const asked = whole('a').map((event) => (event.is === 'submitted' ? { ...event, requested: ['positive-delivery', 'negative-delivery'] as const } : event));
    expect(violations(...asked, reported('a', '2', status))).toEqual([`one report of each class: a: a1 was told delivered, ${status} of ${BOB} at cursors 1, 2`]);
  });

  it('is kept by a replay, by a copy for another device, and by a frame that the client hides', () => {
    const frame: ChaosEvent = { is: 'report-frame', reportId: 'a|delivery', device: 'a1', at: 30 };
    expect(violations(...whole('a'), reported('a'), reported('a', '7', 'delivered', 'a2'), frame, frame)).toEqual([]);
    expect(judge([...whole('a'), frame, frame]).figures.replayedFrames).toBe(1);
  });
});

it('finds a message that a client showed twice, and only counts what it hid', () => {
  expect(violations(...whole('a'), received('a', 'b2'))).toEqual(['shown once: a: b2 showed it 2 times']);
  const frame = (cursor: string): ChaosEvent => ({ is: 'message-frame', id: 'a', device: 'b2', cursor });
  expect(violations(...whole('a'), frame('1'), frame('2'))).toEqual([]);
  expect(judge([...whole('a'), frame('1'), frame('2')]).figures.pushedAgain).toBe(1);
});

it('finds a repetition that was taken for another message, and forgives one that nobody answered', () => {
  const repeated = (answer: string): ChaosEvent => ({ is: 'repeated', id: 'a', at: 12, answer });
  expect(violations(...whole('a'), repeated('ok'), repeated('503 temporarily-unavailable'))).toEqual([]);
  expect(violations(...whole('a'), repeated('409 id-reused'))).toEqual(['repetitions are known: a: once more, it was answered with 409 id-reused']);
});

describe('order', () => {
  const told = (first: string, second: string) => [received(first, 'b1'), received(second, 'b1')];
  const one = (id: string, at: number, about: Partial<Submission> = {}) => [submitted(id, at, { requested: [], ...about }), accepted(id, at + 10)];
  const late = (...events: readonly ChaosEvent[]) => violations(...events).filter((what) => what.startsWith('messages come in order'));

  it('is broken when a later submission comes first', () => {
    expect(late(...one('a', 0), ...one('b', 11), ...told('b', 'a'))).toEqual(['messages come in order: a: b, submitted after it was accepted, came first to b1']);
    expect(late(...one('a', 0), ...one('b', 11), ...told('a', 'b'))).toEqual([]);
  });

  it.each([
    ['submissions under way together', [submitted('a', 0), submitted('b', 5), accepted('a', 10), accepted('b', 20)]],
    ['senders', [...one('a', 0), ...one('b', 11, { sender: CAROL })]],
    ['groups', [...one('a', 0, { kind: 'chat', session: 's1' }), ...one('b', 11, { kind: 'chat', session: 's2' })]],
  ])('does not exist between %s', (_, events) => expect(late(...events, ...told('b', 'a'))).toEqual([]));

  it('is not asked of what had to wait for the device, as its journey says', () => {
    const events = [...one('a', 0), ...one('b', 11), ...told('b', 'a')];
    const journey = (form: string): ChaosEvent => ({ is: 'journey', id: 'a', lines: [{ step: 'accepted' }, { step: 'x', device: 'b2', form: 'DEFER' }, { step: 'x', device: 'b1', form: 'FULL' }, { step: 'x', device: 'b1', form }, { step: 'report', device: 'b1', form: 'IP' }] });
    expect(late(...events, journey('DEFER'))).toEqual([]);
    expect(late(...events, journey('FULL'))).toHaveLength(1);
    expect(judge([...events, journey('DEFER')]).figures.overtakenWhileWaiting).toBe(1);
  });
});

describe('one winner', () => {
  it.each([
    ['two were told to be first', ['ok', 'ok'], ['one winner: i: b1 and b2 were each told to be first']],
    ['all were told that another was', ['409 accepted-elsewhere x', '409 accepted-elsewhere x'], ['one winner: i: all 2 devices were told that another was first']],
    ['one was', ['ok', '409 accepted-elsewhere x'], []],
    ['the one that won was not answered', ['unknown', '409 accepted-elsewhere x'], []],
    ['nobody came in time', ['409 expired', '409 expired'], []],
  ])('when %s', (_, [first = '', second = ''], expected) => expect(violations(answered('i', 'b1', first), answered('i', 'b2', second))).toEqual(expected));

  it('may be told so twice', () => {
    const events = [answered('i', 'b1', 'ok'), answered('i', 'b1', 'ok'), answered('i', 'b2', '409 accepted-elsewhere x')];
    expect(violations(...events)).toEqual([]);
    expect(judge(events).figures.contests).toEqual({ held: 1, won: 1 });
  });
});

it('compares files by what is in them', () => {
  const file = (sha256: string): ChaosEvent[] => [submitted('f', 0, { kind: 'file', requested: [], sha256: 'aa' }), accepted('f'), { is: 'fetched', id: 'f', at: 20, device: 'b1', sha256 }];
  expect(violations(...file('aa'))).toEqual([]);
  expect(violations(...file('ab'))).toEqual(['files are whole: f: b1 has ab, offered was aa']);
});

describe('a repeated text', () => {
  it('is explained by the end of the gateway that had it in flight, and by what kept it from hearing the SMSC', () => {
    expect(violations(...text('a', 1_000), ended(GATEWAY, 1_200), texted('a', 95_000, '+4950'))).toEqual([]);
    const fault: ChaosEvent = { is: 'fault', kind: 'smsc-drop', target: 'smsc', at: 500, until: 1_100 };
    expect(violations(...text('a', 1_000), fault, texted('a', 95_000, '+4950'))).toEqual([]);
    expect(judge([...text('a', 1_000), fault, texted('a', 95_000, '+4950')]).figures.explainedRepeatedTexts).toBe(1);
  });

  it.each([
    ['when another service ended', [ended('routing', 1_200)]],
    ['when the gateway ended long after', [ended(GATEWAY, 60_000)]],
    ['when it came a third time', [ended(GATEWAY, 1_200), texted('a', 96_000, '+4950')]],
  ])('is a fault %s', (_, events) => expect(violations(...text('a', 1_000), ...events, texted('a', 95_000, '+4950'))).toHaveLength(1));
});

describe('boxes', () => {
  const store = (sight: Record<string, string>, ...messageIds: string[]): ChaosEvent => ({ is: 'store', user: BOB, sight, objects: messageIds.map((messageId) => ({ messageId, direction: 'In' })) });
  const box = (sight: Record<string, string>): ChaosEvent => ({ is: 'box', user: BOB, device: 'b2', sight });

  it('converge when each shows what the store has', () => {
    const events = [...whole('a'), store({ o1: '/main/x Seen' }, 'a'), box({ o1: '/main/x Seen' })];
    expect(violations(...events)).toEqual([]);
    expect(judge(events).figures.boxes).toEqual({ compared: 1, converged: 1, objects: 1 });
  });

  it.each([
    ['has other flags', { o1: '/main/x' }, 'o1 is /main/x and stored /main/x Seen'],
    ['lacks an object', {}, 'o1 is not shown and stored /main/x Seen'],
    ['has one that is gone', { o1: '/main/x Seen', o2: '/main/x' }, 'o2 is /main/x and stored nowhere'],
  ])('differ when one %s', (_, sight, what) =>
    expect(violations(...whole('a'), store({ o1: '/main/x Seen' }, 'a'), box(sight))).toEqual([`boxes converge: ${BOB}: b2 differs in 1 objects: ${what}`]));

  it('hold every accepted message of their user once, unless a device removed it', () => {
    expect(violations(...whole('a'), store({}))).toEqual([`boxes converge: a: the store of ${BOB} has it 0 times (In)`]);
    expect(violations(...whole('a'), store({}, 'a', 'a'))).toEqual([`boxes converge: a: the store of ${BOB} has it 2 times (In)`]);
    expect(violations(...whole('a'), { is: 'removed', id: 'a', user: BOB }, store({}))).toEqual([]);
  });
});

it('finds the longest time in which nothing arrived', () => {
  const events = [submitted('a', 0), received('a', 'b1', 100), received('a', 'b2', 4_100), submitted('b', 5_000), received('b', 'b1', 60_000)];
  expect(judge(events).figures.longestGap).toEqual({ ms: 4_000, at: 100 });
});

it('tells which processes ended by themselves', () =>
  expect(judge([ended('routing', 5), { is: 'ended', service: 'routing', at: 9, by: 'itself' }]).figures.endedByItself).toEqual([{ service: 'routing', at: 9 }]));
