import { CpmProblem } from '@cpm/client';
import { act, DEVICES, sightOf, syncRulesOf, type BoxSight, type Fault, type Step } from '@cpm/testing-simulation';
import type { DemoDevice, Person } from '../demo/demo-device.js';
import { attribute, until, type Acceptance, type StoredObject } from './acceptance.fixture.js';
import { BoxDevice } from './box-device.fixture.js';

const HIDDEN: ReadonlySet<string | undefined> = new Set(['imdn-message', 'group-state']);
const ROUNDS = 40;
/** Messages that are there from the start, so that there is something to change. */
const BEFORE = 6;

interface Contact {
  readonly device: DemoDevice;
  /** A picture of his, by its size in bytes. */
  readonly files: ReadonlyMap<number, string>;
}

type Arrival = Extract<Step, { kind: 'arrive' }>;

/** Two people whom users of convergence runs speak with. */
export async function contacts(world: Acceptance): Promise<readonly Contact[]> {
  return Promise.all(['Alice', 'Carol'].map(async (name) => {
    const { phone: device } = await world.household(name);
    const files = await Promise.all([2, 9_000].map(async (bytes) => [bytes, (await device.upload(new Uint8Array(bytes), 'image/png')).id] as const));
    return { device, files: new Map(files) };
  }));
}

/** Five devices of a user of their own on the real system. */
export class ConvergenceRun {
  private readonly rules = new Map<string, readonly object[]>();
  private arrived = 0;
  /** Calls that were not heard or whose answer was lost. */
  cut = 0;

  private constructor(
    private readonly world: Acceptance,
    private readonly user: Person,
    private readonly others: readonly Contact[],
    private readonly devices: readonly BoxDevice[],
    /** Wants everything, and looks only. */
    private readonly witness: BoxDevice,
  ) {}

  static async begin(world: Acceptance, others: readonly Contact[]): Promise<ConvergenceRun> {
    const { stage, system: { url } } = world;
    const user = await stage.person('Bob');
    const registered = await Promise.all(Array.from({ length: DEVICES + 1 }, (_, at) => (at === 0 ? stage.phoneOf(user) : stage.secondaryOf(user, `device ${at}`))));
    const [witness, ...devices] = await Promise.all(registered.reverse().map((device) => BoxDevice.of(device, { stage, url, pageSize: 7 })));
    const run = new ConvergenceRun(world, user, others, devices, witness!);
    for (let at = 0; at < BEFORE; at += 1) await run.arrive({ kind: 'arrive', direction: 'In', party: at % others.length, bytes: 2 });
    return run;
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'arrive') return this.arrive(step);
    if (step.kind === 'settle' || step.kind === 'wait' || step.kind === 'limit') return undefined;
    const device = this.devices[step.device]!;
    switch (step.kind) {
      case 'rule': return this.rule(step);
      case 'sync':
        this.cut += await exchange(device, [...step.faults]);
        return;
      case 'restart': return device.restart();
      default: return act(device.box, step, this.others.map((other) => other.device.identity.owner.address));
    }
  }

  /** Lets everything come to rest, and says what is different on some device from what a raw search of its own finds. */
  async differences(): Promise<readonly string[]> {
    let different: readonly string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const device of this.devices) await exchange(device, []);
      const looks = await Promise.all(this.devices.map(async (device) => ({ device, truth: await this.truth(device) })));
      different = looks.flatMap(({ device, truth }) => {
        const seen = sightOf(device.box);
        return JSON.stringify(seen) === JSON.stringify(truth) ? [] : [`${device.identity.name} shows ${JSON.stringify(seen)}, the store ${JSON.stringify(truth)}`];
      });
      if (different.length === 0) return [];
    }
    return different;
  }

  /** How many objects and folders the store shows at the end to who wants everything. */
  async held(): Promise<number> {
    const { objects, folders } = await this.truth(this.witness);
    return Object.keys(objects).length + Object.keys(folders).length;
  }

  async end(): Promise<void> {
    await Promise.all([...this.devices, this.witness].map((device) => device.close()));
  }

  private async arrive({ direction, party, bytes }: Arrival): Promise<void> {
    this.arrived += 1;
    const { device, files } = this.others[party]!;
    const isPicture = this.arrived % 3 === 0;
    const content = isPicture && direction === 'In' ? { fileId: files.get(bytes)!, contentType: 'image/png' } : { body: 'x'.repeat(bytes) };
    const [from, to] = direction === 'In' ? [device.sdk, this.user.address] : [this.devices[0]!.sdk, device.identity.owner.address];
    const { id } = await from.send({ to: [to], ...content });
    const { path } = this;
    await until(async () => {
      const selectionCriteria = { searchCriteria: { criterion: [{ type: 'Attribute', name: 'Message-Id', value: id }] } };
      const { objectList } = await this.witness.sdk.call<{ objectList: { object: readonly unknown[] } }>({ method: 'POST', path: `${path}/objects/operations/search`, body: { selectionCriteria } });
      return objectList.object.length > 0 || undefined;
    });
  }

  private async rule(step: Extract<Step, { kind: 'rule' }>): Promise<void> {
    const { id: deviceId } = this.devices[step.device]!.identity;
    this.rules.set(deviceId, syncRulesOf(step, `/main/${this.others[0]!.device.identity.owner.address}`).map((rule) => ({ deviceId, ...rule })));
    await this.witness.sdk.call({ method: 'PUT', path: '/cpm/v1/preferences', body: { activeProfile: 'default', profiles: { default: { syncRules: [...this.rules.values()].flat() } } } });
  }

  private get path(): string {
    return `/nms/v1/main/${encodeURIComponent(this.user.address)}`;
  }

  /** What the store shows this device, asked for without the SDK's box. */
  private async truth({ sdk }: BoxDevice): Promise<BoxSight> {
    const objects: StoredObject[] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const selectionCriteria = { maxEntries: 500, ...(cursor !== undefined && { fromCursor: cursor }) };
      const { objectList } = await sdk.call<{ objectList: { object: readonly StoredObject[]; cursor?: string } }>({ method: 'POST', path: `${this.path}/objects/operations/search`, body: { selectionCriteria } });
      objects.push(...objectList.object);
      ({ cursor } = objectList);
    }
    const { folderList } = await sdk.call<{ folderList: { folder: readonly { resourceURL: string; path: string }[] } }>({ method: 'GET', path: `${this.path}/folders?maxEntries=500` });
    const shown = objects.filter((object) => !HIDDEN.has(attribute(object, 'Message-Context')[0]));
    return {
      objects: Object.fromEntries(shown.map(({ path, flags: { flag } }) => [path.split('/').at(-1)!, `${path.slice(0, path.lastIndexOf('/'))} ${[...flag].sort().join(' ')}`] as const).sort()),
      folders: Object.fromEntries(folderList.folder.map(({ resourceURL, path }) => [decodeURIComponent(resourceURL.split('/').at(-1)!), path] as const).filter(([id]) => id !== 'main' && !id.startsWith('main/')).sort()),
    };
  }
}

/** How many calls were cut. */
async function exchange(device: BoxDevice, faults: Fault[]): Promise<number> {
  let cut = 0;
  device.fault = () => {
    const fault = faults.shift();
    if (fault !== undefined) cut += 1;
    return fault;
  };
  // What broke off goes on at the next exchange.
  await device.box.sync().catch((error: unknown) => {
    if (!(error instanceof TypeError || error instanceof CpmProblem)) throw error;
  });
  device.fault = () => undefined;
  return cut;
}
