import { AskForErasure, ProvisionSubscriber, RegisterDevice, RemoveDevice, RemoveSubscriber, RenameDevice, SetPreferences } from '@cpm/contracts-device-registry';
import { castDevice, DEVICES, nameOf, USERS, type CastDevice } from '../cast.js';
import type { World } from '../world.js';
import type { FeatureOperation } from './operations.js';

type Operation = Extract<FeatureOperation, { op: 'account' | 'prefer' }>;

/** Devices that say they can do less, by number. */
const CAPABILITIES = [
  { services: ['standalone' as const, 'chat' as const, 'file-transfer' as const, 'session' as const], contentTypes: ['*/*'], maxBytes: 1_000_000 },
  { services: ['standalone' as const], contentTypes: ['*/*'], maxBytes: 1_000_000 },
  { services: ['standalone' as const, 'chat' as const, 'file-transfer' as const, 'session' as const], contentTypes: ['text/*'], maxBytes: 1_000_000 },
  { services: ['standalone' as const, 'chat' as const, 'file-transfer' as const, 'session' as const], contentTypes: ['*/*'], maxBytes: 50 },
];

/** What gives a device another name, or may. */
const NAMING: readonly string[] = ['rename', 'register', 'claim', 'move-sim', 'provision'];

/** What operators and users do to subscriptions, devices and preferences while messages are under way. */
export class Accounts {
  constructor(private readonly world: World) {}

  async play(operation: Operation): Promise<void> {
    if (operation.op === 'prefer') return this.prefer(operation);
    const device = castDevice(operation.device);
    const { user, id } = device;
    const command = { user, commandId: this.world.newId() };
    if (NAMING.includes(operation.act)) this.world.history.saw(this.world.now, { kind: 'renamed', user });
    switch (operation.act) {
      case 'register':
        return this.register(device, operation.number);
      case 'claim':
        return this.register(device, operation.number, 'primary');
      case 'rename':
        return this.world.ingress(RenameDevice, { ...command, device: id, name: `phone ${operation.number}` });
      case 'remove-device':
        this.world.history.saw(this.world.now, { kind: 'device-removed', device: id });
        await this.world.ingress(RemoveDevice, { ...command, device: id });
        return this.world.devices.disconnect(id);
      case 'move-sim':
        this.world.history.saw(this.world.now, { kind: 'sim-moved', user });
        return this.world.ingress(ProvisionSubscriber, { ...command, primaryDevice: { id, name: `phone ${operation.number}` }, language: 'de' });
      case 'provision':
        return this.enrol(user);
      case 'remove-subscriber':
        return this.remove(user);
      case 'erase':
        return this.erase(user);
    }
  }

  private register({ user, id }: CastDevice, number: number, claimedRole?: 'primary'): Promise<void> {
    return this.world.ingress(RegisterDevice, {
      user, commandId: this.world.newId(), device: id, name: number === 3 ? 'phone 1' : nameOf(id), autoAnswer: { session: number === 1, fileTransfer: number === 2 },
      capabilities: CAPABILITIES[number] as (typeof CAPABILITIES)[number], ...(claimedRole && { claimedRole }),
    });
  }

  /** As he was at first. */
  private async enrol(user: CastDevice['user']): Promise<void> {
    for (const device of DEVICES.filter((one) => one.user === user)) {
      if (device.role === 'primary') await this.world.ingress(ProvisionSubscriber, { user, commandId: this.world.newId(), primaryDevice: { id: device.id } });
      if (device.registers) await this.register(device, 0);
    }
  }

  private async remove(user: CastDevice['user']): Promise<void> {
    this.world.history.saw(this.world.now, { kind: 'unsettled', user });
    await this.world.ingress(RemoveSubscriber, { user, commandId: this.world.newId() });
    await this.leave(user);
  }

  private async erase(user: CastDevice['user']): Promise<void> {
    this.world.history.saw(this.world.now, { kind: 'unsettled', user });
    this.world.history.saw(this.world.now, { kind: 'erased', user });
    await this.world.ingress(AskForErasure, { user, commandId: this.world.newId() });
    await this.leave(user);
  }

  private async leave(user: CastDevice['user']): Promise<void> {
    for (const device of this.world.devices.all.values()) if (device.user === user) await this.world.devices.disconnect(device.id);
  }

  /** `profiles` others are there as well, and none of them counts. */
  private prefer({ user, rules, profiles }: Extract<Operation, { op: 'prefer' }>): Promise<void> {
    const others = Object.fromEntries(Array.from({ length: profiles }, (_, at) => [`other${at}`, { sendReadReports: false, deviceRules: [], syncRules: [] }]));
    const address = USERS[user] as CastDevice['user'];
    return this.world.ingress(SetPreferences, { user: address, commandId: this.world.newId(), preferences: { activeProfile: 'p', profiles: { ...others, p: rules } } });
  }
}
