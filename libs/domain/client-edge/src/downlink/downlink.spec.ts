import fc from 'fast-check';
import { DEFAULT_POLICY, DEFAULT_PROFILE, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { specFor, type Effect, type RowWrite } from '@cpm/runtime-decider';
import type { PushFrame } from '@cpm/contracts-client-edge';
import type { SubscriberChanged } from '@cpm/contracts-device-registry';
import { clientEdge, downlink, downlinkLog, formatCursor, parseCursor, pendingFrames, type DownlinkCommand, type FrameRow } from '../index.js';

const bob = 'tel:+4915110000002' as CpmAddress;
const [phone, tablet, watch] = ['b1', 'b2', 'b3'].map((end) => `urn:uuid:00000000-0000-4000-8000-0000000000${end}` as DeviceId) as [DeviceId, DeviceId, DeviceId];
const DAY_MS = 86_400_000;
const NOW = 1_000_000;

const learn = (version: number, ...ids: DeviceId[]): DownlinkCommand => ({
  type: 'LearnUser',
  snapshot: {
    user: bob, version, removed: false, profile: DEFAULT_PROFILE, at: 1,
    devices: ids.map((id) => ({ id, name: 'any', role: 'secondary', registered: true, capabilities: { services: [], contentTypes: [], maxBytes: 1 }, autoAnswer: { session: false, fileTransfer: false } })),
  } satisfies SubscriberChanged,
});
const push = (devices: PushFrame['devices'], frameKey = 'm1', how: Partial<PushFrame> = {}): DownlinkCommand => ({
  type: 'Push', frame: { user: bob, devices, frameKey, type: 'message.received', data: { id: frameKey }, at: NOW, expiresAt: NOW + DAY_MS, ...how },
});
const withdraw = (devices: DeviceId[], frameKey = 'm1'): DownlinkCommand => ({ type: 'Withdraw', frame: { user: bob, devices, frameKey } });

const given = specFor(downlinkLog);

/** Runs commands as the runtime does: rows are kept, effects are listed. */
function run(commands: readonly DownlinkCommand[]) {
  let state = downlinkLog.initial;
  const rows: FrameRow[] = [];
  const effects: Effect[] = [];
  for (const command of commands) {
    const events = downlinkLog.decide(command, state);
    state = events.reduce(downlinkLog.evolve, state);
    const reactions = events.flatMap((event) => downlink.react(event, state, { now: NOW, policy: DEFAULT_POLICY, id: bob, view: undefined, open: [] }));
    rows.push(...reactions.filter((each): each is RowWrite => each.kind === 'row').map(({ insert }) => insert as unknown as FrameRow));
    effects.push(...reactions.filter((each): each is Effect => each.kind === 'effect'));
  }
  const pendingOf = (device: DeviceId, since = 0) => pendingFrames(rows.filter(({ n, to }) => n > since && n < state.next && to.includes(device)), NOW);
  return { state, rows, effects, pendingOf };
}

const anyDevice = fc.constantFrom(phone, tablet, watch);
const anyKey = fc.constantFrom('m1', 'm2', 'm3');
const anyCommand = fc.oneof(
  fc.tuple(fc.array(anyDevice, { maxLength: 3 }), anyKey).map(([devices, key]) => push(devices, key)),
  fc.tuple(fc.option(anyDevice, { nil: undefined }), anyKey).map(([except, key]) => push(except ? { except } : {}, key)),
  fc.tuple(fc.array(anyDevice, { maxLength: 3 }), anyKey).map(([devices, key]) => withdraw(devices, key)),
  fc.tuple(fc.nat(9), fc.uniqueArray(anyDevice)).map(([version, devices]) => learn(version, ...devices)),
);

describe('the downlink log', () => {
  it('numbers frames from 1 and pushes them to the live connections', () => {
    const { rows, effects, state } = run([learn(1, phone, tablet), push([phone]), push({ except: phone }, 'm2')]);
    expect(rows).toEqual([
      { u: bob, n: 1, to: [phone], key: 'm1', type: 'message.received', data: { id: 'm1' }, at: NOW, expiresAtMs: NOW + DAY_MS },
      { u: bob, n: 2, to: [tablet], key: 'm2', type: 'message.received', data: { id: 'm2' }, at: NOW, expiresAtMs: NOW + DAY_MS },
    ]);
    expect(effects[0]).toEqual({ kind: 'effect', type: 'push-frames', input: { user: bob, n: 1, to: [phone], key: 'm1', type: 'message.received', data: { id: 'm1' }, at: NOW } });
    expect(state.next).toBe(3);
  });

  it('writes no number twice and skips none, whatever happens', () => {
    fc.assert(fc.property(fc.array(anyCommand, { maxLength: 40 }), (commands) => {
      const { rows, state } = run(commands);
      expect(rows.map(({ n }) => n)).toEqual(rows.map((_, at) => at + 1));
      expect(state.next).toBe(rows.length + 1);
      for (const { to } of rows) expect(new Set(to).size).toBe(to.length || -1);
    }));
  });

  it('gives each device the last frame of a key unless that was withdrawn', () => {
    fc.assert(fc.property(fc.array(anyCommand, { maxLength: 40 }), anyDevice, (commands, device) => {
      const { rows, pendingOf } = run(commands);
      const expected = ['m1', 'm2', 'm3']
        .flatMap((key) => rows.filter((row) => row.key === key && row.to.includes(device)).slice(-1))
        .filter(({ type }) => type !== 'withdrawn').map(({ n }) => n).sort((a, b) => a - b);
      expect(pendingOf(device).map(({ n }) => n)).toEqual(expected);
    }));
  });

  it('withdraws a frame from one device only', () => {
    const { pendingOf, effects } = run([learn(1, phone, tablet), push([phone, tablet]), withdraw([phone])]);
    expect(pendingOf(phone)).toEqual([]);
    expect(pendingOf(tablet)).toMatchObject([{ n: 1 }]);
    expect(effects[1]).toEqual({ kind: 'effect', type: 'withdraw-frames', input: { user: bob, n: 2, from: [phone], frameKey: 'm1' } });
  });

  it('pushes a withdrawn frame again under a new number', () => {
    const { pendingOf } = run([learn(1, phone, tablet), push([phone, tablet]), withdraw([phone]), push([phone])]);
    expect(pendingOf(phone)).toMatchObject([{ n: 3, type: 'message.received' }]);
    expect(pendingOf(tablet)).toMatchObject([{ n: 1 }]);
  });

  it('replays only what comes after the cursor, and nothing that has expired', () => {
    const { pendingOf } = run([learn(1, phone), push([phone]), push([phone], 'm2', { expiresAt: NOW }), push([phone], 'm3')]);
    expect(pendingOf(phone, 1).map(({ key }) => key)).toEqual(['m3']);
  });

  it('keeps a withdrawal at least as long as any frame it voids', () => {
    const { rows: [frame, withdrawal] } = run([learn(1, phone), push([phone], 'm1', { expiresAt: Number.MAX_SAFE_INTEGER }), withdraw([phone])]);
    expect(frame?.expiresAtMs).toBe(NOW + 30 * DAY_MS);
    expect(withdrawal?.expiresAtMs).toBe(frame?.expiresAtMs);
  });
});

describe('who a frame is for', () => {
  it('is nobody when nobody is left', () => {
    const { rows, state } = run([learn(1, phone), push([]), push({ except: phone }), withdraw([])]);
    expect(rows).toEqual([]);
    expect(state.next).toBe(1);
  });

  it('is not a removed device until it comes back', () => {
    expect(run([learn(1, phone, tablet), learn(2, phone), push([phone, tablet])]).rows).toMatchObject([{ to: [phone] }]);
    expect(run([learn(1, phone, tablet), learn(2, phone), learn(3, phone, tablet), push([tablet])]).rows).toMatchObject([{ to: [tablet] }]);
  });

  it('may be a device whose registration is known elsewhere already', () => {
    expect(run([learn(1, phone), push([tablet])]).rows).toMatchObject([{ to: [tablet] }]);
  });

  it('follows the newest snapshot, and is nobody of a removed subscriber', () => {
    expect(run([learn(2, phone), learn(1, phone, tablet), push({})]).rows).toMatchObject([{ to: [phone] }]);
    const { snapshot } = learn(2, phone) as Extract<DownlinkCommand, { type: 'LearnUser' }>;
    expect(run([learn(1, phone), { type: 'LearnUser', snapshot: { ...snapshot, removed: true } }, push([phone]), push({})]).rows).toEqual([]);
  });

  it('does not make the head grow with frames', () => {
    const { state } = given([]).when(learn(1, phone));
    const many = Array.from({ length: 500 }, (_, at) => push([phone], `m${at}`));
    expect(run([learn(1, phone), ...many]).state).toEqual({ ...state, next: 501 });
  });
});

describe('a cursor', () => {
  it('is read back as it was written', () => {
    fc.assert(fc.property(fc.nat(), (n) => expect(parseCursor(formatCursor(n))).toBe(n)));
  });

  it.each(['', '-1', '01', '1.5', '1e3', ' 1', 'abc', '9999999999999999', '1\n'])('is not %j', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});

it('the service hears frames, withdrawals and subscribers', () => {
  expect(clientEdge.subscriptions.map(({ contract }) => contract.type)).toEqual(['PushFrame', 'WithdrawFrame', 'SubscriberChanged']);
  expect(clientEdge.subscriptions.map(({ aggregate }) => aggregate.name)).toEqual(['downlink', 'downlink', 'downlink']);
});
