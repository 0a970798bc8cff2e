import { DEFAULT_POLICY, type AccessState, type CpmAddress, type DeviceId, type Policy } from '@cpm/vocabulary';
import type { Access, AccessChange, AccessCommand, AccessEvent, KnowDevices } from './access.js';
import { accessDecider } from './access.decider.js';
import type { Evidence } from './evidence.js';
import { SIM } from './evidence.js';
import type { Restatement } from './restatement.js';
import { accessTimers } from './timers.js';

export const MIA = 'tel:+4915110000001' as CpmAddress;
export const PHONE = 'urn:gsma:imei:35684410-123456-7' as DeviceId;
export const NEW_PHONE = 'urn:gsma:imei:35684410-765432-1' as DeviceId;
export const TABLET = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;

/** Instants in the specs are seconds after this one. */
const START = 1_772_442_000_000;
export const seconds = (number: number): number => START + number * 1000;

export type Said = Partial<Omit<Evidence, 'observedAt' | 'validUntil'>> & { readonly at: number; readonly until?: number };

/** Evidence with `at` and `until` in seconds; by default a connection of the phone. */
export function evidence({ at, until, ...said }: Said): Evidence {
  return {
    subject: PHONE, access: 'IP', source: 'connection/1', state: 'AVAILABLE', confidence: 'DELIVERABLE', ...said,
    observedAt: seconds(at), ...(until !== undefined && { validUntil: seconds(until) }),
  };
}

export const connection = (at: number, state: AccessState = 'AVAILABLE', more: Partial<Said> = {}): Evidence => evidence({ ...more, at, state });
export const cs = (at: number, state: AccessState, more: Partial<Said> = {}): Evidence =>
  evidence({ subject: SIM, access: 'CS', source: 'smpp-alert', ...more, at, state });

/** A user on a virtual clock: what is said at a second, and what others are told by then. Timers fire when they are due. */
export class Reachability {
  state: Access = accessDecider.initial;
  readonly told: AccessChange[] = [];
  readonly events: AccessEvent[] = [];
  #second = 0;
  #version = 0;

  constructor(public policy: Policy = DEFAULT_POLICY) {}

  know(devices: KnowDevices['devices'] = [{ id: PHONE, role: 'primary' }, { id: TABLET, role: 'secondary' }], removed: KnowDevices['removed'] = false): this {
    this.#version += 1;
    return this.#decide({ type: 'KnowDevices', version: this.#version, removed, devices, ...this.#occasion() });
  }

  /** Says it when it was observed, or `late` seconds after. */
  say(said: Evidence, late = 0, documentVersion?: number): this {
    this.until((said.observedAt - START) / 1000 + late);
    return this.#decide({ type: 'Observe', evidence: said, ...(documentVersion !== undefined && { documentVersion }), ...this.#occasion() });
  }

  restate(restatement: Restatement, documentVersion?: number): this {
    return this.#decide({ type: 'Restate', restatement, ...(documentVersion !== undefined && { documentVersion }), ...this.#occasion() });
  }

  until(second: number): this {
    for (let due = this.#due(); due <= seconds(second); due = this.#due()) {
      this.#second = (due - START) / 1000;
      this.elapse();
      if (this.#due() <= due) throw new Error('a timer that fired stays due');
    }
    this.#second = Math.max(this.#second, second);
    return this;
  }

  elapse(): this {
    return this.#decide({ type: 'Elapse', ...this.#occasion() });
  }

  /** `second reason ip cs [hold until second]` of each change of a device. */
  linesOf(device: DeviceId): string[] {
    return this.told.filter((change) => change.device === device).map(({ at, reason, ip, cs: csState, holdUntil }) =>
      [(at - START) / 1000, reason, ip, csState, ...(holdUntil === undefined ? [] : [`hold ${(holdUntil - START) / 1000}`])].join(' '));
  }

  #due(): number {
    return Math.min(...Object.values(accessTimers(this.state)), Infinity);
  }

  #occasion() {
    return { now: seconds(this.#second), policy: this.policy };
  }

  #decide(command: AccessCommand): this {
    for (const event of accessDecider.decide(command, this.state)) {
      this.state = accessDecider.evolve(this.state, event);
      this.events.push(event);
      if (event.type === 'DeviceAccessChanged') {
        const { type: _, ...change } = event;
        this.told.push(change);
      }
    }
    return this;
  }
}
