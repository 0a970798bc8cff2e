import type { CpmAddress, DeviceId } from '@cpm/vocabulary';

/** Which devices a user has: the device registry's read model. */
export abstract class DeviceDirectory {
  /** Whether it has registered in CPM. May be a second late in noticing a removal. */
  abstract isRegistered(user: CpmAddress, device: DeviceId): Promise<boolean>;
  /** Whether it is the user's at all: registered, or provisioned as his Primary. May be a second late in noticing a removal. */
  abstract isListed(user: CpmAddress, device: DeviceId): Promise<boolean>;
  /** Of these devices the ones that are not registered now. */
  abstract notRegistered(devices: readonly RegisteredPair[]): Promise<readonly RegisteredPair[]>;
}

export interface RegisteredPair {
  readonly user: CpmAddress;
  readonly device: DeviceId;
}
