import { AccessObserved, AccessRestated, T8SubscriptionConfirmed, T8SubscriptionDeleted, T8SubscriptionNotified, T8SubscriptionRefused } from '@cpm/contracts-access-awareness';
import type { T8CreationInput, T8DeletionInput, T8RenewalInput } from '@cpm/domain-access-awareness';
import type { CpmAddress } from '@cpm/vocabulary';
import { castDevice, USERS } from '../cast.js';
import type { World } from '../world.js';
import type { FeatureOperation } from './operations.js';

type Operation = Extract<FeatureOperation, { op: 'evidence' | 'restate' | 'network' }>;
type Held = T8CreationInput & { readonly id: string; readonly expiresAt: number };

const LIVES_MS = [60_000, 86_400_000, 2 * 86_400_000] as const;

/** The operator's network: it keeps subscriptions, refuses some, loses answers, and says of handsets what comes to its mind. */
export class SimulatedNetwork {
  /** What it keeps, by its id there. */
  readonly held = new Map<string, Held>();
  /** Those whose id it has told. */
  readonly confirmed = new Set<string>();
  /** Answers that nobody got: what was asked for may stand although nobody knows. */
  lostAnswers = 0;
  private ids = 0;

  constructor(private readonly world: World) {}

  async create(input: unknown): Promise<void> {
    const { user, monitoring, generation } = input as T8CreationInput;
    await this.world.steps.turn();
    const subscription = { user, monitoring, generation, at: this.world.now };
    if (this.refuses()) return this.refuse({ ...subscription, attempt: generation }, ['later', 'never', 'gone']);
    const held: Held = { ...(input as T8CreationInput), id: `n${(this.ids += 1)}`, expiresAt: this.expiry() };
    this.held.set(held.id, held);
    if (this.loses()) return;
    const isNamed = this.world.dice.chance(900);
    if (isNamed) this.confirmed.add(held.id);
    await this.world.ingress(T8SubscriptionConfirmed, { ...subscription, attempt: generation, ...(isNamed && { subscriptionId: held.id }), expiresAt: held.expiresAt });
  }

  async renew(input: unknown): Promise<void> {
    const { user, monitoring, generation, attempt, subscriptionId } = input as T8RenewalInput;
    await this.world.steps.turn();
    const subscription = { user, monitoring, generation, attempt, at: this.world.now };
    const held = this.held.get(subscriptionId);
    if (!held || held.expiresAt <= this.world.now) return this.refuse(subscription, ['gone']);
    if (this.refuses()) return this.refuse(subscription, ['later', 'never']);
    const expiresAt = this.expiry();
    this.held.set(subscriptionId, { ...held, expiresAt });
    if (!this.loses()) await this.world.ingress(T8SubscriptionConfirmed, { ...subscription, expiresAt });
  }

  async delete(input: unknown): Promise<void> {
    const { user, subscriptionId } = input as T8DeletionInput;
    await this.world.steps.turn();
    const outcome = this.refuses() ? (this.world.dice.chance(800) ? 'later' : 'never') : 'deleted';
    if (outcome === 'deleted') this.held.delete(subscriptionId);
    if (outcome === 'never') this.confirmed.delete(subscriptionId);
    if (!this.loses()) await this.world.ingress(T8SubscriptionDeleted, { user, subscriptionId, outcome, at: this.world.now, ...(outcome === 'later' && { retryAfterMs: 1_000 }) });
  }

  async play(operation: Operation): Promise<void> {
    const { now } = this.world;
    switch (operation.op) {
      case 'evidence': {
        const { user, id: device } = castDevice(operation.device);
        const { agoMs, forMs, named, word } = operation;
        return this.world.ingress(AccessObserved, { ...word, user, ...(named && { device }), observedAt: now - agoMs, ...(forMs !== undefined && { validUntil: now + forMs }) });
      }
      case 'restate': {
        const { agoMs, forMs, except, word } = operation;
        const user = USERS[operation.user] as CpmAddress;
        return this.world.ingress(AccessRestated, { ...word, user, at: now - agoMs, ...(except && { except: [castDevice(operation.user).id] }), ...(forMs !== undefined && { validUntil: now + forMs }) });
      }
      case 'network':
        return this.report(operation);
    }
  }

  /** It reports under one of its subscriptions, which may end by that; `isStale`: under one that it names wrongly. */
  private async report({ user: at, hasReported, hasEnded, isNamed, isStale }: Extract<Operation, { op: 'network' }>): Promise<void> {
    const user = USERS[at] as CpmAddress;
    const one = [...this.held.values()].findLast((held) => held.user === user);
    if (!one) return;
    if (hasEnded || (hasReported && one.monitoring === 'UE_REACHABILITY_FOR_SMS')) this.held.delete(one.id);
    await this.world.ingress(T8SubscriptionNotified, {
      user, monitoring: one.monitoring, generation: isStale ? one.generation - 1 : one.generation, at: this.world.now, ...(isNamed && { subscriptionId: one.id }), hasReported, hasEnded,
    });
  }

  private refuse(subscription: Omit<T8SubscriptionRefused, 'outcome' | 'reason'>, outcomes: readonly T8SubscriptionRefused['outcome'][]): Promise<void> {
    const outcome = this.world.dice.oneOf(outcomes) ?? 'later';
    return this.world.ingress(T8SubscriptionRefused, { ...subscription, outcome, reason: 'simulated', ...(this.world.dice.chance(300) && { retryAfterMs: 20_000 }) });
  }

  private refuses(): boolean {
    return this.world.dice.chance(this.world.faults.networkRefuses);
  }

  private loses(): boolean {
    const isLost = this.world.dice.chance(this.world.faults.networkSilent);
    if (isLost) this.lostAnswers += 1;
    return isLost;
  }

  private expiry(): number {
    return this.world.now + (this.world.dice.oneOf(LIVES_MS) ?? 0);
  }
}
