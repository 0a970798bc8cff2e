import type { ServiceName } from '@cpm/runtime-decider';
import { InMemoryStore, type AggregateWrite } from '@cpm/runtime-ports';
import { DEFAULT_PROFILE } from '@cpm/vocabulary';
import { DEVICES, USERS } from '../cast.js';
import { History } from '../history.js';
import type { World } from '../world.js';
import { groupReportsFromParticipants } from './group-reports-from-participants.js';
import { noReportAgainstPrivacy } from './no-report-against-privacy.js';
import { nothingAfterTheEnd } from './nothing-after-the-end.js';
import { oneReportPerRecipientAndClass } from './one-report-per-recipient-and-class.js';

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
  return { history, stores, devices: { all, get: (id: string) => all.get(id as never) } } as unknown as World;
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
