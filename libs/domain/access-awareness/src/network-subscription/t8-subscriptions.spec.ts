import { requirement } from '@cpm/runtime-decider';
import { MIA, seconds } from '../access-state/access.fixture.js';
import { t8Subscriptions } from './t8-subscriptions.aggregate.js';
import type { T8Subscription } from './t8-subscriptions.js';
import { ANSWER_LIMIT_MS, REFUSED_FOR_MS, SHORT_LIFE_MS } from './t8-subscriptions.decider.js';
import { DATA, HOUR_MS, LIFE_MS, LOSS, SMS, Watching } from './t8-subscriptions.fixture.js';

const kept = (id = 's1') => {
  const mia = new Watching().watch().confirm(id);
  mia.take();
  return mia;
};

requirement('CPM-MLD-035', () => {
  it('asks for each kind that is wanted, once, as soon as the Primary is known', () => {
    const mia = new Watching([SMS, LOSS]).watch().watch();
    const [first, second] = [mia.now, mia.now + 1];
    expect(mia.asked).toEqual([
      { does: 'create', user: MIA, monitoring: SMS, generation: first, beginBy: mia.now + ANSWER_LIMIT_MS - 45_000 },
      { does: 'create', user: MIA, monitoring: LOSS, generation: second, beginBy: mia.now + ANSWER_LIMIT_MS - 45_000 },
    ]);
  });

  it('asks nothing, keeps nothing and waits for nothing where nothing is wanted', () => {
    const mia = new Watching([]).watch();
    expect([mia.asked, mia.due, t8Subscriptions.removableAt?.(mia.state)]).toEqual([[], undefined, mia.now + 86_400_000]);
  });

  it('renews in time, and again until the network answers or the subscription has expired', () => {
    const mia = kept().pass(0.8 * LIFE_MS);
    const generation = mia.of(SMS)?.generation;
    expect(mia.take()).toMatchObject([{ does: 'renew', subscriptionId: 's1', generation }]);
    mia.refuse('later').pass(5_000);
    expect(mia.take()).toMatchObject([{ does: 'renew', subscriptionId: 's1', generation }]);
    mia.confirm('s1');
    expect(mia.of(SMS)).toMatchObject({ status: 'kept', generation, subscriptionId: 's1', expiresAt: mia.now + LIFE_MS, failures: 0 });
    mia.pass(0.8 * LIFE_MS).take();
    for (let tries = 0; mia.of(SMS)?.generation === generation && tries < 200; tries += 1) mia.refuse('later').pass(900_000);
    expect(mia.of(SMS)).toMatchObject({ status: 'creating' });
    expect(mia.take().at(-1)).toMatchObject({ does: 'create' });
  });

  it('renews once more when nothing was heard of a renewal, and counts the late answer of the first', () => {
    const mia = kept().pass(0.8 * LIFE_MS);
    const first = mia.of(SMS)?.attempt ?? 0;
    mia.pass(ANSWER_LIMIT_MS + 5_000);
    const second = mia.of(SMS)?.attempt ?? 0;
    expect(mia.take().map(({ does }) => does)).toEqual(['renew', 'renew']);
    mia.confirm('s1', { attempt: first });
    expect(mia.of(SMS)).toMatchObject({ status: 'kept', attempt: second });
    const { state } = mia;
    mia.refuse('later', { attempt: second });
    expect(mia.state).toBe(state);
  });

  it('creates anew what is gone at its renewal, and deletes what cannot be renewed', () => {
    const gone = kept().pass(0.8 * LIFE_MS).refuse('gone');
    expect(gone.take().map(({ does }) => does)).toEqual(['renew', 'create']);
    const never = kept().pass(0.8 * LIFE_MS).refuse('never');
    expect(never.take()).toMatchObject([{ does: 'renew' }, { does: 'create' }, { does: 'delete', subscriptionId: 's1' }]);
  });

  it('arms anew after the one report of reachability for SMS, however often that is told', () => {
    const mia = kept().pass(SHORT_LIFE_MS);
    const { generation } = mia.of(SMS) ?? {};
    mia.notify({ subscriptionId: 's1' }).notify({ subscriptionId: 's1' }).pass(1_000);
    expect(mia.take()).toMatchObject([{ does: 'create', monitoring: SMS }]);
    expect(mia.of(SMS)?.generation).not.toBe(generation);
    mia.confirm('s2').notify({ subscriptionId: 's1', generation: generation ?? 0 }).confirm('s1', { generation: generation ?? 0, attempt: generation ?? 0, expiresAt: mia.now + 1 });
    expect(mia.of(SMS)).toMatchObject({ status: 'kept', subscriptionId: 's2' });
  });

  it('does not ask again for a report of reachability for SMS as long as CS is there, and then no sooner than it would have', () => {
    const mia = new Watching([SMS, LOSS]).watch().confirm('s1').confirm('s2', { monitoring: LOSS, generation: seconds(0) + 1, attempt: seconds(0) + 1 });
    mia.take();
    mia.isReachableForSms = true;
    mia.watch(mia.version).notify({ subscriptionId: 's1' }).pass(HOUR_MS);
    expect([mia.take(), mia.of(SMS)?.status]).toEqual([[], 'paused']);
    mia.isReachableForSms = false;
    mia.watch(mia.version).pass(0);
    expect(mia.take()).toMatchObject([{ does: 'create', monitoring: SMS }]);
    mia.notify();
    mia.isReachableForSms = true;
    mia.watch(mia.version).pass(3_000);
    mia.isReachableForSms = false;
    mia.watch(mia.version).pass(999);
    expect(mia.take()).toEqual([]);
    mia.pass(1);
    expect(mia.take()).toMatchObject([{ does: 'create', monitoring: SMS }]);
  });

  it('begins without a report of reachability for SMS where CS is there, and leaves one that waits', () => {
    const mia = new Watching([SMS, LOSS]);
    mia.isReachableForSms = true;
    expect(mia.watch().take()).toMatchObject([{ does: 'create', monitoring: LOSS }]);
    mia.isReachableForSms = false;
    expect(mia.watch(mia.version).take()).toMatchObject([{ does: 'create', monitoring: SMS }]);
    mia.confirm('s1');
    mia.isReachableForSms = true;
    mia.watch(mia.version).pass(0.8 * LIFE_MS);
    expect(mia.take().filter((one) => 'monitoring' in one && one.monitoring === SMS)).toMatchObject([{ does: 'renew', subscriptionId: 's1' }]);
  });

  it('arms ever more seldom what reports at once', () => {
    const mia = new Watching().watch();
    const pauses: number[] = [];
    for (let reports = 0; reports < 14; reports += 1) {
      mia.notify();
      pauses.push((mia.due ?? 0) - mia.now);
      mia.pass(pauses.at(-1) ?? 0);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900].map((sec) => sec * 1000));
    mia.confirm('s1').pass(SHORT_LIFE_MS).notify();
    expect((mia.due ?? 0) - mia.now).toBe(1_000);
  });

  it('leaves a subscription that reports more than once alone, and subscribes anew when the network ends it', () => {
    const mia = new Watching([DATA]).watch().confirm('s1');
    mia.take();
    mia.notify({ subscriptionId: 's1' }).notify({ subscriptionId: 's1' });
    expect(mia.take()).toEqual([]);
    mia.notify({ hasReported: false, hasEnded: true }).notify({ hasReported: false, hasEnded: true }).pass(2_000);
    expect(mia.take()).toMatchObject([{ does: 'create', monitoring: DATA }]);
  });

  it('tries again more and more seldom while the network cannot, and not before it asks to be asked', () => {
    const mia = new Watching().watch();
    const waits: number[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      mia.refuse('later');
      waits.push(((mia.due ?? 0) - mia.now) / 1000);
      mia.pass((mia.due ?? 0) - mia.now);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
    expect(new Set(mia.take().map((one) => 'generation' in one && one.generation)).size).toBe(11);
    mia.refuse('later', { retryAfterMs: HOUR_MS });
    expect(mia.due).toBe(mia.now + HOUR_MS);
  });

  it('tries again a day later what the network refuses for good, and keeps its reason until it does not', () => {
    const mia = new Watching().watch().refuse('never', { reason: 'answered 403' });
    mia.take();
    expect([mia.due, mia.of(SMS)]).toMatchObject([mia.now + REFUSED_FOR_MS, { status: 'refused', reason: 'answered 403' }]);
    mia.watch().pass(REFUSED_FOR_MS - 1);
    expect(mia.take()).toEqual([]);
    mia.pass(1);
    expect([mia.take(), mia.of(SMS)]).toMatchObject([[{ does: 'create' }], { status: 'creating', reason: 'answered 403' }]);
    mia.refuse('later');
    expect(mia.of(SMS)).toMatchObject({ status: 'retrying', reason: 'answered 500' });
    mia.pass(10_000).confirm('s1');
    expect(mia.of(SMS)).not.toHaveProperty('reason');
  });

  it('tries again what was stored as refused by the version before', () => {
    const { dueAt: _, ...refused } = new Watching().watch().refuse('never').of(SMS) ?? { dueAt: 0 };
    const mia = new Watching();
    mia.state = t8Subscriptions.upgrade?.({ ...mia.state, isKnown: true, subscriptions: [refused as T8Subscription] }) ?? mia.state;
    mia.pass(REFUSED_FOR_MS);
    expect(mia.take()).toMatchObject([{ does: 'create' }]);
  });

  it('takes what a process left behind for its own when it reports in time, and has it deleted when it does not', () => {
    const found = new Watching([DATA]).watch().notify({ subscriptionId: 's1' });
    expect(found.of(DATA)).toMatchObject({ status: 'kept', subscriptionId: 's1' });
    found.take();
    found.pass(30_000);
    expect(found.take()).toMatchObject([{ does: 'renew', subscriptionId: 's1' }]);

    const late = new Watching([DATA]).watch();
    const { generation = 0 } = late.of(DATA) ?? {};
    late.pass(ANSWER_LIMIT_MS + 5_000).confirm('s2');
    expect(late.take().map(({ does }) => does)).toEqual(['create', 'create']);
    late.notify({ generation, subscriptionId: 's1' }).notify({ generation, subscriptionId: 's1' });
    expect(late.take()).toMatchObject([{ does: 'delete', subscriptionId: 's1' }]);
    expect(late.of(DATA)).toMatchObject({ status: 'kept', subscriptionId: 's2' });
  });

  it('takes an answer that comes before the next try, and has deleted what one after it created', () => {
    const [first, second] = [new Watching().watch().refuse('later').confirm('s1'), new Watching().watch().refuse('later')];
    expect(first.of(SMS)).toMatchObject({ status: 'kept', subscriptionId: 's1', failures: 0 });
    const { generation = 0 } = second.of(SMS) ?? {};
    second.pass(5_000).confirm('s1', { generation, attempt: generation });
    expect(second.take()).toMatchObject([{ does: 'create' }, { does: 'create' }, { does: 'delete', subscriptionId: 's1' }]);
    expect(second.of(SMS)).toMatchObject({ status: 'creating' });
  });

  it('deletes all when the subscriber is removed, until the network has done it, and asks for nothing any more', () => {
    const mia = kept().unwatch();
    expect(mia.take()).toMatchObject([{ does: 'delete', subscriptionId: 's1' }]);
    mia.endDeletion('s1', 'later', 60_000).pass(59_999);
    expect(mia.take()).toEqual([]);
    mia.pass(1);
    expect(mia.take()).toMatchObject([{ does: 'delete', subscriptionId: 's1' }]);
    mia.pass(ANSWER_LIMIT_MS);
    expect(mia.take()).toMatchObject([{ does: 'delete', subscriptionId: 's1' }]);
    mia.watch(1).endDeletion('s1').endDeletion('s1', 'later');
    expect([mia.take(), mia.due, mia.state.subscriptions]).toEqual([[], undefined, []]);
    expect(t8Subscriptions.removableAt?.(mia.state)).toBeDefined();
  });

  it('gives up deleting after hours, for what is not renewed expires', () => {
    const mia = kept().unwatch();
    for (let tries = 0; mia.due !== undefined && tries < 100; tries += 1) mia.endDeletion('s1', 'later').pass(900_000);
    expect([mia.due, mia.take().length]).toEqual([undefined, 20]);
  });

  it('deletes what a creation that was under way at the removal has made', () => {
    const mia = new Watching().watch();
    const { generation = 0 } = mia.of(SMS) ?? {};
    mia.unwatch().confirm('s1', { generation, attempt: generation });
    expect(mia.take()).toMatchObject([{ does: 'create' }, { does: 'delete', subscriptionId: 's1' }]);
  });

  it('follows the policy at the next due time: what is not wanted any more goes, what is new begins', () => {
    const mia = kept();
    mia.wanted = [LOSS];
    mia.pass(0.8 * LIFE_MS);
    expect(mia.take()).toMatchObject([{ does: 'delete', subscriptionId: 's1' }, { does: 'create', monitoring: LOSS }]);
    expect(mia.state.subscriptions.map(({ monitoring }) => monitoring)).toEqual([LOSS]);
  });
});
