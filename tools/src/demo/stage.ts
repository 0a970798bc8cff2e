import { randomInt, randomUUID } from 'node:crypto';
import type { DeviceDescription } from '@cpm/client';
import { DemoDevice, type DeviceIdentity, type Person } from './demo-device.js';
import { Operator } from './operator.js';
import { PhoneNetwork } from './phone-network.js';
import type { SystemUnderDemo } from './system-under-demo.js';

/** What a device can, and does by itself; everything, and nothing, where it is not said. */
export type DeviceAbilities = Omit<DeviceDescription, 'name'>;

const REPEAT_MS = 2_000;

/** Where the scenarios play: new people with their devices, the phone network around them, and the operator who sees it all. */
export class Stage {
  readonly operator: Operator;
  readonly network: PhoneNetwork;
  /** Names by CPM Address. */
  readonly people = new Map<string, string>();
  private readonly devices: DemoDevice[] = [];

  constructor(private readonly system: SystemUnderDemo) {
    this.operator = new Operator(system.url);
    this.network = new PhoneNetwork(system.url, system.smscViewUrl);
  }

  /** A subscriber whom the system has not seen before. */
  async person(name: string): Promise<Person> {
    const number = `+4915${String(randomInt(1_000_000_000)).padStart(9, '0')}`;
    const person: Person = { name, number, address: `tel:${number}`, primary: `urn:uuid:${randomUUID()}` };
    this.people.set(person.address, name);
    await this.operator.provision(person);
    return person;
  }

  /** The Primary Device, offline until it connects. */
  phoneOf(owner: Person, description: DeviceAbilities = {}): Promise<DemoDevice> {
    return this.device({ owner, id: owner.primary, name: `${owner.name}'s phone` }, description);
  }

  /** A Secondary Device, offline until it connects. */
  tabletOf(owner: Person): Promise<DemoDevice> {
    return this.secondaryOf(owner, 'tablet');
  }

  /** A Secondary Device by what it is, with what it can and does by itself; offline until it connects. */
  secondaryOf(owner: Person, what: string, description: DeviceAbilities = {}): Promise<DemoDevice> {
    return this.device({ owner, id: `urn:uuid:${randomUUID()}`, name: `${owner.name}'s ${what}` }, description);
  }

  /** Switches IP on and waits until the system knows. */
  async goOnline(device: DemoDevice, how?: { readonly autoDeliver: boolean }): Promise<void> {
    await device.connect(how);
    await this.operator.deviceAccess(device.identity, { that: 'has IP', fits: ({ ip }) => ip === 'AVAILABLE' });
  }

  /** Switches IP off and waits until the system knows. */
  async goOffline(device: DemoDevice): Promise<void> {
    device.disconnect();
    await this.operator.deviceAccess(device.identity, { that: 'has lost IP', fits: ({ ip }) => ip === 'UNAVAILABLE' });
  }

  /** Airplane mode on: the phone was there and is reached by nothing now. */
  async goToAirplaneMode(phone: DemoDevice): Promise<void> {
    const { identity } = phone;
    await this.goOnline(phone);
    await this.radioLost(identity);
    await this.goOffline(phone);
  }

  /** The phone was there over IP and is reached by SMS only now, for long enough that IP is not awaited any more. */
  async goToSmsOnly(phone: DemoDevice): Promise<void> {
    await this.goToAirplaneMode(phone);
    await this.network.findsPhoneOf(phone.identity.owner);
    const fits = ({ ip, cs, holdUntil }: { ip: string; cs: string; holdUntil?: string }) => ip === 'UNAVAILABLE' && cs === 'AVAILABLE' && holdUntil === undefined;
    await this.operator.deviceAccess(phone.identity, { that: 'is reached by SMS only', fits });
  }

  closeAll(): void {
    for (const device of this.devices) device.disconnect();
  }

  /** An alert is lost while the gateway is not bound to the SMSC, so it is repeated, slowly: one that comes late would undo what follows. */
  private async radioLost(identity: DeviceIdentity): Promise<void> {
    let saidAt = Number.NEGATIVE_INFINITY;
    await this.operator.deviceAccess(identity, {
      that: 'is reached by no SMS',
      fits: ({ cs }) => cs === 'UNAVAILABLE',
      meanwhile: async () => {
        if (Date.now() - saidAt < REPEAT_MS) return;
        saidAt = Date.now();
        await this.network.losesPhoneOf(identity.owner);
      },
    });
  }

  private async device(identity: DeviceIdentity, description: DeviceAbilities): Promise<DemoDevice> {
    const device = new DemoDevice(identity, this.system.url);
    this.devices.push(device);
    await device.register(description);
    // What routes messages hears of the device on the same way.
    await this.operator.deviceAccess(identity, { that: 'exists', fits: () => true });
    return device;
  }
}
