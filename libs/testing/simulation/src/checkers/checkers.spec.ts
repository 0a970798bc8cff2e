import type { ServiceName } from '@cpm/runtime-decider';
import { InMemoryStore, type AggregateWrite } from '@cpm/runtime-ports';
import { DEFAULT_POLICY, DEFAULT_PROFILE } from '@cpm/vocabulary';
import { DEVICES, USERS } from '../cast.js';
import { History } from '../history.js';
import type { World } from '../world.js';
import { atMostOneWinner } from './at-most-one-winner.js';
import { chatReachesMembers } from './chat-reaches-members.js';
import { groupReportsFromParticipants } from './group-reports-from-participants.js';
import { noReportAgainstPrivacy } from './no-report-against-privacy.js';
import { noSmsForNonText } from './no-sms-for-non-text.js';
import { nothingAfterTheEnd } from './nothing-after-the-end.js';
import { oneReportPerRecipientAndClass } from './one-report-per-recipient-and-class.js';
import { cursorsRise } from './runtime-promises.js';
import { sessionsAreKept } from './sessions-are-kept.js';

const [ALICE = '', BOB = ''] = USERS;
const [PHONE = '', TABLET = ''] = DEVICES.filter(({ user }) => user === BOB).map(({ id }) => id);

interface Frame {
  readonly at: number;
  readonly u?: string;
  readonly to?: readonly string[];
  readonly type: string;
  readonly data: object;
}

/** As much of a world as the checkers read. */
async function worldOf(history: History, frames: readonly Frame[]): Promise<World> {
  const edge = new InMemoryStore();
  await edge.write(frames.map((frame, n) => ({ kind: 'row', table: 'frames', id: `${n}`, insert: { u: ALICE, to: [], n, ...frame } })), []);
  const stores = new Map<ServiceName, InMemoryStore>([['client-edge', edge], ['routing', new InMemoryStore()]]);
  const all = new Map(DEVICES.map((device) => [device.id, device]));
  return { history, stores, policy: DEFAULT_POLICY, devices: { all, get: (id: string) => all.get(id as never) } } as unknown as World;
}

/** Puts an aggregate of a service into a world. */
async function keep({ stores }: World, service: ServiceName, write: { readonly kind: string; readonly id: string; readonly state: object; readonly journey?: readonly object[] }): Promise<void> {
  const { kind, id, state, journey = [] } = write;
  const store = stores.get(service) ?? new InMemoryStore();
  (stores as Map<ServiceName, InMemoryStore>).set(service, store);
  await store.write([], [{ kind, isFirst: true, next: { id, owner: BOB, version: 1, state }, open: false, journey } as unknown as AggregateWrite]);
}

function report(status: string, at: number): Frame {
  return { at, type: 'disposition', data: { messageId: 'm1', recipient: BOB, status } };
}

function accept(history: History, at: number, messageId: string, expiresAt: number): void {
  history.saw(at, { kind: 'accepted', messageId, service: 'standalone', sessionId: 's1', from: ALICE, originDevice: 'a', to: [BOB], text: false, requested: ['display'], expiresAt });
}

describe('no display report after privacy off', () => {
  const setting = (version: number, sendReadReports: boolean) => ({
    kind: 'subscriber', next: { id: BOB, owner: BOB, version, watermark: version, outbox: [], state: { preferences: { activeProfile: 'p', profiles: { p: { ...DEFAULT_PROFILE, sendReadReports } } } } },
  }) as unknown as AggregateWrite;

  async function violations(...writes: readonly AggregateWrite[]): Promise<string[]> {
    const history = new History();
    for (const write of writes) history.wrote('device-registry', write, 10);
    history.saw(20, { kind: 'acknowledged', device: PHONE, messageId: 'm1', status: 'displayed' });
    return noReportAgainstPrivacy.check(await worldOf(history, [report('displayed', 20)]));
  }

  it('goes by what the registry has decided, so that a refused setting counts for nothing', async () => {
    expect(await violations(setting(1, true))).toEqual([]);
    expect(await violations(setting(1, true), setting(2, false))).toHaveLength(1);
    expect(await violations(setting(1, false), setting(2, true))).toEqual([]);
  });
});

describe('one report per recipient and class', () => {
  it('excuses a second one only behind the erasure of its recipient', async () => {
    const history = new History();
    const world = await worldOf(history, [report('delivered', 10), report('delivered', 30)]);
    expect(oneReportPerRecipientAndClass.check(world)).toHaveLength(1);
    history.saw(40, { kind: 'erased', user: BOB });
    expect(oneReportPerRecipientAndClass.check(world)).toHaveLength(1);
    const erased = new History();
    erased.saw(20, { kind: 'erased', user: BOB });
    expect(oneReportPerRecipientAndClass.check(await worldOf(erased, [report('delivered', 10), report('delivered', 30)]))).toEqual([]);
  });
});

describe('nothing after expiry', () => {
  function violations(firstTryAt: number, ends: { readonly m1: number; readonly m2: number }): Promise<string[]> {
    const history = new History();
    for (const id of ['m1', 'm2'] as const) accept(history, 0, id, ends[id]);
    const text = { user: BOB, form: 'UCN', textId: 'summary' };
    for (const messageId of ['m1', 'm2']) history.saw(firstTryAt, { kind: 'attempted', messageId, ...text, source: undefined });
    for (const messageId of ['m1', 'm2']) history.saw(60, { kind: 'submitted', messageId, ...text, attempt: 2, known: true });
    return worldOf(history, []).then((world) => nothingAfterTheEnd.check(world));
  }

  it('lets a summary that was begun go on for the others that it tells of', async () => {
    expect(await violations(40, { m1: 50, m2: 1_000 })).toEqual([]);
    expect(await violations(55, { m1: 50, m2: 1_000 })).toHaveLength(1);
    expect(await violations(40, { m1: 50, m2: 50 })).toHaveLength(2);
  });
});

describe('group reports come from participants', () => {
  async function violations(...closings: readonly number[]): Promise<string[]> {
    const history = new History();
    history.saw(0, { kind: 'session-started', sessionId: 's1', device: 'a', users: [ALICE, BOB], sessionKind: 'closed-group' });
    accept(history, 50, 'm1', 1_000);
    history.saw(50, { kind: 'relayed', sessionId: 's1', message: { id: 'm1' } as never });
    history.saw(60, { kind: 'acknowledged', device: PHONE, messageId: 'm1', status: 'displayed' });
    const joined: Frame = { at: 10, u: BOB, to: [TABLET], type: 'session.established', data: { id: 's1' } };
    return groupReportsFromParticipants.check(await worldOf(history, [joined, ...closings.map((at) => ({ at, type: 'session.closed', data: { id: 's1' } })), report('displayed', 60)]));
  }

  it('holds who took part in the round that a message was said in, and nobody of a round before', async () => {
    expect(await violations()).toHaveLength(1);
    expect(await violations(70)).toHaveLength(1);
    expect(await violations(30)).toEqual([]);
  });
});

describe('no SMS for non-text content', () => {
  async function violations(mode: 'notify' | 'full', services: readonly string[]): Promise<string[]> {
    const history = new History();
    history.saw(0, { kind: 'accepted', messageId: 'm1', service: 'standalone', sessionId: undefined, from: ALICE, originDevice: 'a', to: [BOB], text: true, requested: [], expiresAt: 1_000 });
    const preferences = { activeProfile: 'p', profiles: { p: { ...DEFAULT_PROFILE, deviceRules: [{ deviceId: PHONE, services, mode }] } } };
    history.wrote('device-registry', { kind: 'subscriber', next: { id: BOB, owner: BOB, version: 1, watermark: 1, outbox: [], state: { preferences } } } as unknown as AggregateWrite, 10);
    history.saw(20, { kind: 'submitted', messageId: 'm1', user: BOB, form: 'UCN', textId: 't', attempt: 1, known: true });
    return noSmsForNonText.check(await worldOf(history, []));
  }

  it('lets a text be notified of only to who wants no more of its service', async () => {
    expect(await violations('notify', ['standalone'])).toEqual([]);
    expect(await violations('full', ['standalone'])).toHaveLength(1);
    expect(await violations('notify', ['chat'])).toHaveLength(1);
  });
});

describe('cursors rise', () => {
  async function violations(doneAt: number | null): Promise<string[]> {
    const world = await worldOf(new History(), []);
    await keep(world, 'client-edge', { kind: 'downlink', id: BOB, state: { next: 2 } });
    await keep(world, 'device-registry', { kind: 'erasure', id: BOB, state: { erasureId: 'e1', doneAt } });
    return cursorsRise.check(world);
  }

  it('but in the stream of who is being erased', async () => {
    expect(await violations(null)).toEqual([]);
    expect(await violations(5)).toHaveLength(1);
  });
});

describe('at most one winner', () => {
  async function violations(journey: readonly object[], { told, removed = [] }: { readonly told: readonly string[]; readonly removed?: readonly string[] }): Promise<string[]> {
    const history = new History();
    for (const device of removed) history.saw(0, { kind: 'device-removed', device });
    for (const device of told) history.saw(0, { kind: 'answered', device, subject: 'm1', act: 'accept-file', failure: false, outcome: { status: 'accepted' }, round: undefined });
    const world = await worldOf(history, []);
    await keep(world, 'routing', { kind: 'delivery', id: `${BOB}|m1`, state: { stage: 'offered', message: { id: 'm1' }, recipient: BOB }, journey });
    return atMostOneWinner.check(world);
  }
  const took = (device: string) => ({ at: 0, step: 'file accepted', device, reason: 'accepted' });

  it('goes by the order of the journey where all happens in one instant', async () => {
    expect(await violations([took(TABLET), took(PHONE)], { told: [TABLET, PHONE], removed: [TABLET] })).toEqual([]);
    expect(await violations([took(TABLET), took(PHONE)], { told: [TABLET, PHONE] })).toHaveLength(1);
    expect(await violations([took(PHONE), took(TABLET)], { told: [TABLET, PHONE], removed: [TABLET] })).toHaveLength(1);
    expect(await violations([took(TABLET)], { told: [TABLET, PHONE], removed: [TABLET] })).toHaveLength(1);
  });
});

describe('what is said reaches the members', () => {
  async function violations({ removed, stored }: { readonly removed: boolean; readonly stored: boolean }): Promise<string[]> {
    const history = new History();
    history.saw(0, { kind: 'accepted', messageId: 'm1', service: 'chat', sessionId: 's1', from: BOB, originDevice: PHONE, to: [], text: true, requested: ['negative-delivery'], expiresAt: 1_000 });
    if (removed) history.saw(0, { kind: 'device-removed', device: PHONE });
    const world = await worldOf(history, []);
    await keep(world, 'routing', { kind: 'participation', id: `${BOB}|s1`, state: { status: 'left' }, journey: [{ at: 1, step: 'message refused', reason: 'not-in-session' }] });
    const box = new InMemoryStore();
    if (stored) await box.write([{ kind: 'row', table: 'objects', id: `${BOB}|imdn-1`, insert: { u: BOB, messageId: 'm1', status: 'failed' } }], []);
    (world.stores as Map<ServiceName, InMemoryStore>).set('message-store-sync', box);
    return chatReachesMembers.check(world);
  }

  it('finds in the store only what a device that is gone would have been told', async () => {
    expect(await violations({ removed: true, stored: true })).toEqual([]);
    expect(await violations({ removed: true, stored: false })).toHaveLength(1);
    expect(await violations({ removed: false, stored: true })).toHaveLength(1);
  });
});

describe('sessions are kept', () => {
  async function violations({ row, removed = [], forgets = false }: { readonly row?: object; readonly removed?: readonly string[]; readonly forgets?: boolean }): Promise<string[]> {
    const history = new History();
    if (forgets) history.saw(0, { kind: 'policy', names: ['store.tombstoneDays'] });
    const world = await worldOf(history, []);
    const session = { id: 's1', creator: ALICE, kind: 'one-to-one' };
    await keep(world, 'routing', { kind: 'participation', id: `${BOB}|s1`, state: { status: 'ended', session, generation: 1, legs: [] } });
    await keep(world, 'message-store-sync', { kind: 'box', id: BOB, state: { removedSessions: removed } });
    if (row) await world.stores.get('message-store-sync')?.write([{ kind: 'row', table: 'objects', id: `${BOB}|session-s1-1`, insert: { ...row } }], []);
    return sessionsAreKept.check(world);
  }

  it('asks nothing of a history that its user removed, and excuses nothing else', async () => {
    expect(await violations({ row: { deleted: true } })).toEqual([]);
    expect(await violations({ removed: ['session-s1-1'], forgets: true })).toEqual([]);
    expect(await violations({ forgets: true })).toHaveLength(1);
    expect(await violations({ removed: ['session-s1-1'] })).toHaveLength(1);
    expect(await violations({ row: { deleted: false, devices: [], attributes: [] } })).toHaveLength(1);
  });
});
