import type { EventContract, ServiceDefinition, ServiceName } from '@cpm/runtime-decider';
import { inboxOf } from '@cpm/runtime-decider';
import { encodeEvent, ingressSource } from '@cpm/runtime-engine';
import { type AggregateWrite, type EffectHandlers, InMemoryLog, InMemoryStore, type OutgoingRecord } from '@cpm/runtime-ports';
import { DEFAULT_POLICY, type Policy } from '@cpm/vocabulary';
import { Asks } from './asks.js';
import { DeviceFleet } from './device-fleet.js';
import { Dice } from './dice.js';
import type { Faults } from './faults.js';
import { BoxWork } from './features/box-work.js';
import { SimulatedNetwork } from './features/network.js';
import { History } from './history.js';
import { nodePorts } from './node-ports.js';
import { Steps } from './scheduler.js';
import { ServiceNode } from './service-node.js';
import { SimulatedSmsc } from './simulated-smsc.js';

/** A failure the simulation made on purpose. */
export class InjectedError extends Error {
  override readonly name = 'InjectedError';
}

/** 2026-01-01T00:00:00Z: where virtual time starts. */
const EPOCH = 1_767_225_600_000;

const PARTITIONS = 2;

/** Steps between two looks at what somebody waits for. */
const LOOK_EVERY = 8;

export interface WorldOptions {
  readonly services: readonly ServiceDefinition[];
  readonly seed: number;
  readonly faults: Faults;
  readonly policy?: Partial<Policy>;
  /** A world at rest: this one begins where that is. */
  readonly origin?: World;
  /** Breaks the runtime on purpose, to prove that the checkers see it. */
  readonly mutate?: (ports: ReturnType<typeof nodePorts>) => ReturnType<typeof nodePorts>;
}

/** Everything in one process: services, log, stores, devices, SMSC, on a virtual clock. */
export class World {
  now: number;
  readonly dice: Dice;
  readonly faults: Faults;
  policy: Policy;
  readonly steps: Steps;
  readonly log: InMemoryLog;
  readonly stores = new Map<ServiceName, InMemoryStore>();
  readonly history: History;
  readonly devices: DeviceFleet;
  readonly smsc: SimulatedSmsc;
  readonly asks: Asks;
  readonly network: SimulatedNetwork;
  readonly boxes: BoxWork;
  /** Counts of faults that really happened, for the report. */
  readonly injected = { crashes: 0, stalls: 0, poison: 0 };
  private readonly nodes = new Map<ServiceName, ServiceNode>();
  private readonly sleepers = new Map<string, (() => void)[]>();
  private readonly appendedRecords = new Map<string, Set<string>>();
  /** Records that came into the logs. */
  appends = 0;
  private failure: Error | undefined;
  private ids: number;

  constructor(private readonly options: WorldOptions) {
    this.dice = new Dice(options.seed);
    this.faults = options.faults;
    this.policy = { ...DEFAULT_POLICY, ...options.policy };
    this.steps = new Steps(new Dice(~options.seed));
    this.devices = new DeviceFleet(this);
    this.smsc = new SimulatedSmsc(this);
    this.asks = new Asks(this);
    this.network = new SimulatedNetwork(this);
    this.boxes = new BoxWork(this);
    const { origin } = options;
    this.now = origin?.now ?? EPOCH;
    this.ids = origin?.ids ?? 0;
    this.log = origin?.log.fork(() => this.now) ?? new InMemoryLog(() => this.now, PARTITIONS);
    this.history = origin?.history.fork() ?? new History();
    for (const service of options.services) {
      this.stores.set(service.name, origin?.storeOf(service.name).fork() ?? new InMemoryStore());
      this.start(service);
    }
  }

  get services(): readonly ServiceDefinition[] {
    return this.options.services;
  }

  storeOf(service: ServiceName): InMemoryStore {
    return this.stores.get(service) as InMemoryStore;
  }

  isInjected(error: unknown): boolean {
    return error instanceof InjectedError;
  }

  newId(): string {
    this.ids += 1;
    return `id-${this.ids}`;
  }

  /** An event from outside: retried by its client until it is in the log, so copies can occur. */
  async ingress<Payload>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<void> {
    const value = encodeEvent(ingressSource('client-edge'), this.newId(), contract, payload);
    const records = contract.listeners.map((listener) => ({ topic: inboxOf(listener), key: contract.key(payload), value }));
    await this.steps.turn();
    await this.append(records);
    while (this.dice.chance(this.faults.duplicateIngress)) {
      await this.steps.turn();
      await this.append(records);
    }
    if (this.dice.chance(this.faults.poison)) await this.appendPoison(records);
  }

  async append(records: readonly OutgoingRecord[]): Promise<void> {
    await this.log.publish(records);
    this.appends += records.length;
    for (const { topic, value } of records) {
      const known = this.appendedRecords.get(topic);
      if (known) known.add(value);
      else this.appendedRecords.set(topic, new Set([value]));
      const waiting = this.sleepers.get(topic);
      if (waiting) for (const wake of waiting.splice(0)) wake();
    }
  }

  /** Resolves when something is appended to the topic. */
  appended(topic: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.sleepers.get(topic) ?? [];
      this.sleepers.set(topic, waiting);
      waiting.push(resolve);
    });
  }

  wrote(service: ServiceName, write: AggregateWrite): void {
    this.history.wrote(service, write, this.now);
    this.asks.learn(write);
  }

  /** What the operator changes holds for all that is decided from now on. */
  changePolicy(change: Partial<Policy>): void {
    this.history.saw(this.now, { kind: 'policy', names: Object.keys(change) });
    this.policy = { ...this.policy, ...change };
  }

  inLog(topic: string, value: string): boolean {
    return this.appendedRecords.get(topic)?.has(value) === true || this.options.origin?.inLog(topic, value) === true;
  }

  committed(service: ServiceName, next: ReadonlyMap<number, number>): void {
    this.history.committed(service, next, this);
  }

  /** Runs until nothing can happen at the present time. */
  rest(): Promise<void> {
    return this.steps.rest(() => this.failure);
  }

  /** Moves time to the next due timer before `until` and scans; false when nothing is due by then. */
  async nextTimer(until: number): Promise<boolean> {
    const due = await this.earliestDue();
    if (due === undefined || due > until) return false;
    this.now = Math.max(this.now, due);
    for (const node of this.nodes.values()) void this.watch(node.scan().then(() => undefined));
    await this.rest();
    return true;
  }

  /** Lets virtual time pass, firing every timer on the way. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    await this.rest();
    let stuck = 0;
    let last = -1;
    while (await this.nextTimer(until)) {
      const due = (await this.earliestDue()) ?? Infinity;
      stuck = due === last ? stuck + 1 : 0;
      last = due;
      // An injected timer that a node lost with its memory is injected again after 30 s: let time pass for it.
      if (stuck > 2) this.now += 31_000;
      if (stuck > 20) throw new Error(`a timer due at ${due} never goes away`);
    }
    this.now = Math.max(this.now, until);
    await this.rest();
  }

  /** Gives what is under way some time to come true; it need not. */
  async await(isThere: () => boolean): Promise<void> {
    for (let looks = 8; looks > 0 && !isThere() && this.steps.pending > 0; looks -= 1) await this.idle(LOOK_EVERY);
  }

  /** Resolves when others had so many steps, or nobody else waits. */
  idle(steps: number): Promise<void> {
    return new Promise((resolve) => this.steps.later(steps, resolve));
  }

  watch(running: Promise<void>): Promise<void> {
    running.catch((error: unknown) => {
      this.failure ??= error instanceof Error ? error : new Error('a part of the world failed without an error', { cause: error });
    });
    return running;
  }

  private async earliestDue(): Promise<number | undefined> {
    let earliest: number | undefined;
    for (const [name, store] of this.stores) {
      const kinds = (this.options.services.find((service) => service.name === name)?.aggregates ?? []).map((aggregate) => aggregate.name);
      for (const kind of kinds) for (const { due } of store.aggregates(kind)) if (due !== undefined && (earliest === undefined || due < earliest)) earliest = due;
    }
    return earliest;
  }

  /** Starts a process of a service; it takes the partitions over, so an earlier one is stale from now on. */
  private start(service: ServiceDefinition): void {
    const life = { turn: () => this.nodeTurn(service, () => node) };
    const effects = this.effectsFor(service, () => node);
    const ports = nodePorts(this, service, this.storeOf(service.name), life, effects);
    const node: ServiceNode = new ServiceNode(this, service, this.options.mutate?.(ports) ?? ports);
    this.nodes.set(service.name, node);
    void this.watch(node.run());
  }

  /** Never resolves for a process that has died. */
  private nodeTurn(service: ServiceDefinition, node: () => ServiceNode): Promise<void> {
    return new Promise((resolve) => this.steps.wait(() => {
      const self = node();
      if (self.dead) return;
      if (this.dice.chance(this.faults.crash)) {
        self.dead = true;
        this.injected.crashes += 1;
        this.start(service);
        return;
      }
      if (!this.dice.chance(this.faults.stall) || this.nodes.get(service.name) !== self) return resolve();
      // The process stops for a while; another takes over; then it wakes and goes on where it was.
      this.injected.stalls += 1;
      this.start(service);
      this.steps.later(20 + this.dice.below(160), resolve);
    }));
  }

  private effectsFor(service: ServiceDefinition, node: () => ServiceNode): EffectHandlers {
    const ifAlive = (handle: (input: unknown) => Promise<void>) => (inputs: readonly unknown[]) => {
      for (const input of inputs) void this.watch(node().dead ? Promise.resolve() : handle(input));
    };
    if (service.name === 'client-edge') return { 'push-frames': ifAlive((input) => this.devices.push(input)), 'withdraw-frames': () => undefined };
    if (service.name === 'sms-interworking-gateway') return { 'submit-sms': ifAlive((input) => this.smsc.submit(input)), 'cancel-sms': ifAlive((input) => this.smsc.cancel(input)) };
    if (service.name === 'access-awareness') {
      const { network } = this;
      return { 't8-create': ifAlive((input) => network.create(input)), 't8-renew': ifAlive((input) => network.renew(input)), 't8-delete': ifAlive((input) => network.delete(input)) };
    }
    if (service.name === 'message-store-sync') {
      const { boxes } = this;
      return { 'notify-subscriber': ifAlive((input) => boxes.notify(input)), 'sweep-box': ifAlive((input) => boxes.sweep(input)), 'empty-folder': ifAlive((input) => boxes.empty(input)) };
    }
    return {};
  }

  private async appendPoison(records: readonly OutgoingRecord[]): Promise<void> {
    for (const record of records) {
      this.injected.poison += 1;
      const broken = [record.value.slice(0, -2), record.value.replace('"data":{', '"data":{"user":7,"recipient":7,"'), '', 'null', record.value.replace('.v1"', '.v9"')];
      await this.append([{ ...record, value: broken[this.dice.below(broken.length)] as string }]);
    }
  }
}
