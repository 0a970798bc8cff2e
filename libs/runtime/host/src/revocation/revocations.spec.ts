import { hash } from 'node:crypto';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { Revocations, type Revocation } from './revocations.js';

const user = 'tel:+4915110000001' as CpmAddress;
const device = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const other = 'urn:uuid:00000000-0000-4000-8000-000000000002' as DeviceId;
const START = 1_772_442_000_000;
const DAY = 86_400_000;

/** A list, and a clock whose second passes when told to. */
async function stage() {
  const rows: Revocation[] = [];
  const asked: number[] = [];
  let now = START;
  let wake: () => void = () => undefined;
  let failing = false;
  const failures: unknown[] = [];
  const log = {
    since: async (at: number) => {
      asked.push(at);
      if (failing) throw new Error('away');
      return rows.filter((row) => row.at >= at);
    },
  };
  const clock = { now: () => now, sleep: (_: number, signal?: AbortSignal) => new Promise<void>((resolve, reject) => ((wake = resolve), signal?.addEventListener('abort', () => reject(new Error('stopped'))))) };
  const revocations = new Revocations(log, clock, (error) => failures.push(error));
  await revocations.start();
  return {
    revocations, asked, failures,
    remove: (whom: string, at: number) => rows.push({ h: hash('sha256', whom), at }),
    set failing(value: boolean) { failing = value; },
    second: async (ms = 1_000) => {
      const before = asked.length;
      now += ms;
      wake();
      while (asked.length === before) await new Promise(setImmediate);
      await new Promise(setImmediate);
    },
  };
}

it('covers tokens that were issued before the removal, of that device only, and those that do not say when', async () => {
  const { revocations, remove, second } = await stage();
  remove(`${user}|${device}`, START + 500);
  expect(revocations.covers({ user, device, issuedAt: START - 1_000 })).toBe(false);
  await second();
  expect([START - 1_000, START, START + 1_000].map((issuedAt) => revocations.covers({ user, device, issuedAt }))).toEqual([true, false, false]);
  expect(revocations.covers({ user, device })).toBe(true);
  expect(revocations.covers({ user, device: other, issuedAt: START - 1_000 })).toBe(false);
  expect(revocations.covers({ issuedAt: 0 })).toBe(false);
});

it('covers all devices of a user who was removed, whichever removal came first', async () => {
  for (const whole of [START, START + 20_000]) {
    const { revocations, remove, second } = await stage();
    remove(user, whole);
    remove(`${user}|${device}`, START + 10_000);
    await second(30_000);
    expect(revocations.covers({ user, device, issuedAt: START + 9_000 })).toBe(true);
    expect(revocations.covers({ user, device: other, issuedAt: whole - 1_000 })).toBe(true);
    expect(revocations.covers({ user, device, issuedAt: Math.max(whole, START + 10_000) })).toBe(false);
  }
});

it('tells of news once, also of a removal that is written a minute late, and counts what it noticed', async () => {
  const { revocations, remove, second } = await stage();
  let news = 0;
  const end = revocations.onNews(() => (news += 1));
  remove(`${user}|${other}`, START + 60_000);
  await second(60_000);
  remove(`${user}|${device}`, START + 1_000);
  await second();
  await second();
  expect([news, revocations.timesNoticed(user, device), revocations.timesNoticed(user, other)]).toEqual([2, 1, 1]);
  remove(`${user}|${device}`, START + 62_000);
  await second();
  end();
  remove(`${user}|${device}`, START + 63_000);
  await second();
  expect([news, revocations.timesNoticed(user, device)]).toEqual([3, 3]);
});

it('goes on after the database was away, and forgets what no token can be older than', async () => {
  const staged = await stage();
  staged.remove(user, START - 7 * DAY + 5_000);
  staged.failing = true;
  await staged.second();
  expect(staged.failures).toHaveLength(1);
  staged.failing = false;
  await staged.second();
  expect(staged.revocations.covers({ user, device, issuedAt: START - 8 * DAY })).toBe(true);
  staged.remove(`${user}|${other}`, START + 10_000);
  await staged.second(10_000);
  expect(staged.revocations.covers({ user, device, issuedAt: START - 8 * DAY })).toBe(false);
  await staged.revocations.stop();
});
