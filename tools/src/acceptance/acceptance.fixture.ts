import { CpmProblem, type CpmDevice } from '@cpm/client';
import type { DemoDevice, Person } from '../demo/demo-device.js';
import { eventually } from '../demo/eventually.js';
import { policyInForce, setPolicyForRun } from '../demo/policy-for-run.js';
import { Stage, type DeviceAbilities } from '../demo/stage.js';
import { startSystem, type System, type SystemOptions } from '../start/start-system.js';

const PREFERENCE_SEC = 1;
export const AUTO_SESSION: DeviceAbilities = { autoAnswer: { session: true } };
export const AUTO_FILE: DeviceAbilities = { autoAnswer: { fileTransfer: true } };

/** A person with his phone, and with Secondary Devices by what they are; all on IP. */
export interface Household {
  readonly person: Person;
  readonly phone: DemoDevice;
  readonly devices: readonly DemoDevice[];
}

/** The whole system as users start it, with people and devices around it. Everything is seen through the outside interface. */
export class Acceptance {
  private constructor(
    readonly system: System,
    readonly stage: Stage,
  ) {}

  static async start(policy: Readonly<Record<string, unknown>> = {}, env: Readonly<Record<string, string>> = {}, how: Pick<SystemOptions, 'processes' | 'secure' | 'traces'> = {}): Promise<Acceptance> {
    const system = await startSystem({ ...how, httpPort: 0, quiet: true, fresh: true, env: { LOG_LEVEL: 'warn', ...env } });
    const stage = new Stage({ url: system.url, smscViewUrl: system.smsc?.viewUrl ?? '', isOwn: true, close: () => Promise.resolve() });
    await setPolicyForRun(stage, { 'ip.preferenceSec': PREFERENCE_SEC, ...policy });
    await policyInForce(stage, Number(policy['ip.preferenceSec'] ?? PREFERENCE_SEC));
    return new Acceptance(system, stage);
  }

  async stop(): Promise<void> {
    this.stage.closeAll();
    await this.system.stop();
  }

  /** Secondaries by name and what they can; the phone first in `devices`. */
  async household(name: string, secondaries: Readonly<Record<string, DeviceAbilities>> = {}, phoneCan: DeviceAbilities = {}): Promise<Household> {
    const person = await this.stage.person(name);
    const phone = await this.stage.phoneOf(person, phoneCan);
    const others: DemoDevice[] = [];
    for (const [what, can] of Object.entries(secondaries)) others.push(await this.stage.secondaryOf(person, what, can));
    for (const device of [phone, ...others]) await this.stage.goOnline(device);
    return { person, phone, devices: [phone, ...others] };
  }

  /** The phone is reached by SMS only from now on. */
  async smsOnly({ phone }: Household): Promise<void> {
    await this.stage.goToSmsOnly(phone);
  }

  /** Waits until the user's store holds these messages. */
  async stored(device: CpmDevice, address: string, ...messageIds: readonly string[]): Promise<void> {
    await until(async () => {
      const held = new Set((await this.storeOf(device, address)).map(({ correlationId }) => correlationId));
      return messageIds.every((id) => held.has(id)) || undefined;
    });
  }

  /** What an object holds, as text. */
  async contentOf(device: CpmDevice, { payloadURL = '' }: StoredObject): Promise<string> {
    return (await device.download(new URL(payloadURL).pathname)).text();
  }

  /** What the user's store holds, newest last; seen by a device of his. */
  async storeOf(device: CpmDevice, address: string): Promise<readonly StoredObject[]> {
    const path = `/nms/v1/main/${encodeURIComponent(address)}/objects/operations/search`;
    const { objectList } = await device.call<{ objectList: { object: StoredObject[] } }>({ method: 'POST', path, body: { selectionCriteria: { maxEntries: 100 } } });
    return objectList.object;
  }
}

export interface StoredObject {
  readonly path: string;
  readonly payloadURL?: string;
  readonly correlationId: string;
  readonly attributes: { readonly attribute: readonly { readonly name: string; readonly value: readonly string[] }[] };
  readonly flags: { readonly flag: readonly string[] };
}

export function attribute(object: StoredObject | undefined, name: string): readonly string[] {
  return object?.attributes.attribute.find((each) => each.name === name)?.value ?? [];
}

/** `ok`, or `status kind` of the problem; with the device that was first, where one was. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (!(error instanceof CpmProblem)) throw error;
    return [String(error.status), error.kind, error.device].filter((part) => part !== undefined).join(' ');
  }
}

/** Resolves when it has come about. */
export function until<Value>(probe: () => Promise<Value | undefined> | Value | undefined, withinMs = 20_000): Promise<Value> {
  return eventually({ that: String(probe), probe, instead: () => 'it is not so', withinMs });
}
