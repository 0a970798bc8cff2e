import { requirement } from '@cpm/runtime-decider';
import type { NetworkMonitoring } from '@cpm/vocabulary';
import fc from 'fast-check';
import { t8Decider } from './t8-subscriptions.decider.js';
import { DATA, HOUR_MS, LIFE_MS, LOSS, SMS, Watching, type Asked } from './t8-subscriptions.fixture.js';
import type { T8Command, T8Subscription } from './t8-subscriptions.js';

interface Standing {
  readonly id: string;
  readonly monitoring: NetworkMonitoring;
  readonly generation: number;
  expiresAt: number;
}

/** An operator's network and the way to it and back: requests, answers and reports wait in bags, from which they come in any order, twice, or never. */
class Network {
  readonly user = new Watching([SMS, DATA, LOSS]);
  readonly standing = new Map<string, Standing>();
  requests: Asked[] = [];
  words: T8Command[] = [];
  /** By the newest word about the subscriber. */
  isKnown = true;
  #ids = 0;

  /** Takes over what was asked; all of it, for the checks. */
  collect(): readonly Asked[] {
    const asked = this.user.take();
    this.requests.push(...asked);
    return asked;
  }

  handle(request: Asked, fault: 'none' | 'later' | 'never' | 'answer-lost'): void {
    const { now } = this.user;
    // As whoever performs it: what has waited too long does not begin.
    if (request.beginBy < now) return;
    if (request.does === 'delete') {
      if (fault !== 'later') this.standing.delete(request.subscriptionId);
      if (fault !== 'answer-lost') this.words.push({ type: 'EndDeletion', subscriptionId: request.subscriptionId, outcome: fault === 'later' ? 'later' : 'deleted', retryAfterMs: 0, now });
      return;
    }
    const { monitoring, generation } = request;
    const of = { monitoring, generation, attempt: request.does === 'renew' ? request.attempt : generation, now };
    const refuse = (outcome: 'later' | 'never' | 'gone') => this.words.push({ type: 'Refuse', ...of, outcome, retryAfterMs: 0, reason: 'by chance' });
    if (fault === 'later' || fault === 'never') return void refuse(fault);
    const known = request.does === 'renew' ? this.standing.get(request.subscriptionId) : undefined;
    if (request.does === 'renew' && !known) return void refuse('gone');
    const one = known ?? { id: `s${(this.#ids += 1)}`, monitoring, generation, expiresAt: 0 };
    one.expiresAt = now + LIFE_MS;
    this.standing.set(one.id, one);
    if (fault === 'none') this.words.push({ type: 'Confirm', ...of, subscriptionId: one.id, expiresAt: one.expiresAt });
  }

  report({ id, monitoring, generation }: Standing, hasEnded = false): void {
    if (monitoring === SMS || hasEnded) this.standing.delete(id);
    this.words.push({ type: 'Notify', monitoring, generation, subscriptionId: id, hasReported: !hasEnded, hasEnded, now: this.user.now });
  }

  hear(word: T8Command): void {
    this.user.decide({ ...word, now: this.user.now });
  }

  pass(ms: number): void {
    this.user.pass(ms);
    for (const { id, expiresAt } of this.standing.values()) if (expiresAt <= this.user.now) this.standing.delete(id);
  }

  watch(isKnown: boolean, { isOld = false, isReachable = false } = {}): void {
    this.user.isReachableForSms = isReachable;
    const version = isOld ? Math.max(1, this.user.version - 1) : undefined;
    if (version === undefined || version === this.user.version) this.isKnown = isKnown && (version === undefined || this.isKnown);
    if (isKnown) this.user.watch(version);
    else this.user.unwatch(version);
  }

  /** All that is under way arrives, without faults, and what stands may report: until nothing is to be done for an hour. */
  settle({ isReporting }: { readonly isReporting: boolean }): readonly NetworkMonitoring[] {
    for (let rounds = 0; rounds < 100; rounds += 1) {
      this.#exchange();
      if (isReporting) for (const one of [...this.standing.values()]) if (one.monitoring !== SMS) this.report(one);
      this.#exchange();
      const wait = Math.max((this.user.due ?? Infinity) - this.user.now, 0);
      if (wait > HOUR_MS) return [...this.standing.values()].map(({ monitoring }) => monitoring).sort();
      this.pass(wait);
    }
    throw new Error('it does not come to rest');
  }

  #exchange(): void {
    for (this.collect(); this.requests.length + this.words.length > 0; this.collect()) {
      for (const request of this.requests.splice(0)) this.handle(request, 'none');
      for (const word of this.words.splice(0)) this.hear(word);
    }
  }
}

const pick = fc.nat(1_000);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: fc.constant('handle' as const), pick, fault: fc.constantFrom('none' as const, 'none' as const, 'later' as const, 'never' as const, 'answer-lost' as const) }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('hear' as const), pick, again: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('report' as const), pick, ends: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 90_000, 900_000, 20 * HOUR_MS) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('lose' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('watch' as const), isKnown: fc.boolean(), isOld: fc.boolean(), isReachable: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function taken<Item>(bag: Item[], at: number, again = false): Item | undefined {
  const index = bag.length === 0 ? 0 : at % bag.length;
  return again ? bag[index] : bag.splice(index, 1)[0];
}

function play(network: Network, one: Step): void {
  switch (one.does) {
    case 'handle': {
      const request = taken(network.requests, one.pick);
      return request && network.handle(request, one.fault);
    }
    case 'hear': {
      const word = taken(network.words, one.pick, one.again);
      return word && network.hear(word);
    }
    case 'report': {
      const standing = taken([...network.standing.values()], one.pick);
      return standing && network.report(standing, one.ends);
    }
    case 'pass': return network.pass(one.ms);
    case 'lose': return void taken(network.requests, one.pick);
    case 'watch': return network.watch(one.isKnown, one);
  }
}

/** No answer is lost, nothing is refused for good, and nobody is away for so long that deleting is given up. */
function harmless(one: Step): Step {
  if (one.does === 'handle' && one.fault !== 'later') return { ...one, fault: 'none' };
  return one.does === 'pass' ? { ...one, ms: Math.min(one.ms, 120_000) } : one;
}

const steps = fc.array(step, { maxLength: 80, size: 'max' });

/** Plays it all; `check` sees what each step made the user ask. */
function playAll(all: readonly Step[], check: (network: Network, asked: readonly Asked[]) => void = () => undefined): Network {
  const network = new Network();
  network.user.watch();
  network.collect();
  for (const one of all) {
    play(network, one);
    check(network, network.collect());
  }
  return network;
}

requirement('CPM-MLD-035', () => {
  it('has in the end exactly one subscription of each kind at the network, and none of a subscriber who was removed', () => {
    fc.assert(fc.property(steps, fc.boolean(), (all, isKnown) => {
      const network = playAll(all.map(harmless));
      network.watch(isKnown);
      expect(network.settle({ isReporting: false })).toEqual(isKnown ? [LOSS, DATA, SMS].sort() : []);
    }), { numRuns: 300 });
  });

  it('has it too where answers were lost, once those have reported that nobody knows of', () => {
    fc.assert(fc.property(steps, fc.boolean(), (all, isKnown) => {
      const network = playAll(all);
      network.watch(isKnown);
      network.settle({ isReporting: true });
      const current = network.user.of(SMS);
      for (const one of [...network.standing.values()]) if (one.monitoring === SMS && one.generation !== current?.generation) network.report(one);
      const left = network.settle({ isReporting: true });
      const refused = network.user.state.subscriptions.filter(({ status }) => status === 'refused').map(({ monitoring }) => monitoring);
      expect([...left, ...refused].sort()).toEqual(isKnown ? [LOSS, DATA, SMS].sort() : []);
    }), { numRuns: 300 });
  });

  it('asks for nothing of a removed subscriber but that it be deleted, whatever comes late, twice or in another order', () => {
    fc.assert(fc.property(steps, (all) => {
      playAll(all, ({ isKnown, user: { state } }, asked) => {
        if (!isKnown) expect([state.subscriptions, asked.filter(({ does }) => does !== 'delete')]).toEqual([[], []]);
      });
    }), { numRuns: 300 });
  });

  it('has one subscription of a kind at a time, of a generation of its own, and begins another only when that has ended, was lost or refused', () => {
    fc.assert(fc.property(steps, (all) => {
      const generations = new Set<number>();
      playAll(all, ({ user: { state } }, asked) => {
        const kinds = state.subscriptions.map(({ monitoring }) => monitoring);
        expect(new Set(kinds).size).toBe(kinds.length);
        for (const one of asked) {
          if (one.does !== 'create') continue;
          expect(generations.has(one.generation)).toBe(false);
          generations.add(one.generation);
        }
      });
    }), { numRuns: 300 });
  });

  it('arms exactly once for each report that ended a subscription, and for no report twice', () => {
    fc.assert(fc.property(steps, (all) => {
      const network = playAll(all);
      network.settle({ isReporting: true });
      let paused = new Set<NetworkMonitoring>();
      const ended = new Map<string, number>();
      let state = t8Decider.initial;
      for (const event of network.user.events) {
        if (event.type === 'SubscriptionEnded') {
          const key = `${event.monitoring}/${state.subscriptions.find(({ monitoring }) => monitoring === event.monitoring)?.generation}`;
          ended.set(key, (ended.get(key) ?? 0) + 1);
          paused.add(event.monitoring);
        } else if ('monitoring' in event && paused.has(event.monitoring)) {
          expect(['CreationBegun', 'SubscriptionDropped']).toContain(event.type);
          paused = new Set([...paused].filter((kind) => kind !== event.monitoring));
        }
        state = t8Decider.evolve(state, event);
      }
      expect([...ended.values()].filter((times) => times !== 1)).toEqual([]);
      expect([...paused].filter((kind) => network.user.of(kind)?.status !== 'paused')).toEqual([]);
    }), { numRuns: 300 });
  });

  it('always waits for something, unless there is nothing to do or to be told', () => {
    fc.assert(fc.property(steps, (all) => {
      playAll(all, ({ user: { state, due } }) => {
        const isWaiting = ({ status, monitoring }: T8Subscription) => !(state.isReachableForSms && monitoring === SMS && ['paused', 'retrying', 'refused'].includes(status));
        const waits = state.subscriptions.some(isWaiting) || state.deletions.length > 0;
        expect(due !== undefined).toBe(waits);
      });
    }), { numRuns: 300 });
  });
});
