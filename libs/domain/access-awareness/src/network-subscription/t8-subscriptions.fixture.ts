import type { Effect } from '@cpm/runtime-decider';
import { DEFAULT_POLICY, type NetworkMonitoring } from '@cpm/vocabulary';
import { MIA, seconds } from '../access-state/access.fixture.js';
import { t8Subscriptions, type T8CreationInput, type T8DeletionInput, type T8RenewalInput } from './t8-subscriptions.aggregate.js';
import type { Confirm, Notify, Refuse, T8Command, T8Event, T8Subscription, T8Subscriptions } from './t8-subscriptions.js';

export const SMS = 'UE_REACHABILITY_FOR_SMS' as const;
export const DATA = 'UE_REACHABILITY_FOR_DATA' as const;
export const LOSS = 'LOSS_OF_CONNECTIVITY' as const;
export const HOUR_MS = 3_600_000;
export const LIFE_MS = 24 * HOUR_MS;

export type Asked = { readonly does: 'create' } & T8CreationInput | { readonly does: 'renew' } & T8RenewalInput | { readonly does: 'delete' } & T8DeletionInput;

/** The subscriptions of one user as the runtime drives them, on a virtual clock. Timers fire when they are due. */
export class Watching {
  state: T8Subscriptions = t8Subscriptions.decider.initial;
  readonly events: T8Event[] = [];
  /** What the network was asked for, in order. */
  readonly asked: Asked[] = [];
  isReachableForSms = false;
  now = seconds(0);
  version = 0;

  constructor(public wanted: readonly NetworkMonitoring[] = [SMS]) {}

  watch(version = (this.version += 1)): this {
    return this.decide({ type: 'Watch', version, isKnown: true, isReachableForSms: this.isReachableForSms, wanted: this.wanted, now: this.now });
  }

  unwatch(version = (this.version += 1)): this {
    return this.decide({ type: 'Watch', version, isKnown: false, wanted: this.wanted, now: this.now });
  }

  confirm(subscriptionId: string | undefined, of: Partial<Confirm> = {}): this {
    return this.decide({ type: 'Confirm', ...this.#last(of), ...(subscriptionId !== undefined && { subscriptionId }), expiresAt: this.now + LIFE_MS, now: this.now, ...of });
  }

  refuse(outcome: Refuse['outcome'], of: Partial<Refuse> = {}): this {
    return this.decide({ type: 'Refuse', ...this.#last(of), outcome, retryAfterMs: 0, reason: 'answered 500', now: this.now, ...of });
  }

  notify(of: Partial<Notify> = {}): this {
    const { monitoring, generation } = this.#last(of);
    return this.decide({ type: 'Notify', monitoring, generation, hasReported: true, hasEnded: false, now: this.now, ...of });
  }

  endDeletion(subscriptionId: string, outcome: 'deleted' | 'later' | 'never' = 'deleted', retryAfterMs = 0): this {
    return this.decide({ type: 'EndDeletion', subscriptionId, outcome, retryAfterMs, now: this.now });
  }

  pass(ms: number): this {
    const until = this.now + ms;
    for (let due = this.due; due !== undefined && due <= until; due = this.due) {
      this.now = Math.max(this.now, due);
      const command = t8Subscriptions.whenDue?.('due', this.#context());
      if (command) this.decide(command);
    }
    this.now = until;
    return this;
  }

  get due(): number | undefined {
    return t8Subscriptions.timersOf?.(this.state)['due'];
  }

  of(monitoring: NetworkMonitoring): T8Subscription | undefined {
    return this.state.subscriptions.find((one) => one.monitoring === monitoring);
  }

  /** What was asked since it was last taken. */
  take(): readonly Asked[] {
    return this.asked.splice(0);
  }

  decide(command: T8Command): this {
    const events = t8Subscriptions.decider.decide(command, this.state);
    this.state = events.reduce(t8Subscriptions.decider.evolve, this.state);
    this.events.push(...events);
    const reactions = events.flatMap((event) => t8Subscriptions.react(event, this.state, this.#context()));
    this.asked.push(...reactions.map((reaction) => ({ does: (reaction as Effect).type.replace('t8-', ''), ...((reaction as Effect).input as object) }) as Asked));
    return this;
  }

  #context() {
    return { now: this.now, policy: { ...DEFAULT_POLICY, 'access.t8.subscriptions': [...this.wanted] }, id: MIA, view: undefined, open: [] };
  }

  /** The names of the last request of a kind. */
  #last({ monitoring = this.wanted[0] ?? SMS }: { readonly monitoring?: NetworkMonitoring }): { monitoring: NetworkMonitoring; generation: number; attempt: number } {
    const { generation = 0, attempt = 0 } = this.of(monitoring) ?? {};
    return { monitoring, generation, attempt };
  }
}
