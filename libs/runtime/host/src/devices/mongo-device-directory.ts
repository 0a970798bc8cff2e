import { Inject, Injectable } from '@nestjs/common';
import { orUnavailable } from '@cpm/http';
import { COMMITTED, documentsOf } from '@cpm/runtime-mongo';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { LRUCache } from 'lru-cache';
import type { Connection } from 'mongoose';
import { Revocations } from '../revocation/revocations.js';
import { MONGO } from '../tokens.js';
import { DeviceDirectory, type RegisteredPair } from './device-directory.js';

interface SubscriberDocument {
  _id: string;
  st: { provisioning?: unknown; devices: { id: string; registered: boolean }[] };
}

const REMEMBERED_MS = 30_000;
const IDS_PER_QUERY = 500;

interface OwnedDevices {
  readonly user: string;
  readonly listed: ReadonlySet<string>;
  readonly registered: ReadonlySet<string>;
}

/** Reads the subscribers of the device registry. Only what is there is remembered, so that a new device can connect at once, and only until its removal is noticed. */
@Injectable()
export class MongoDeviceDirectory extends DeviceDirectory {
  /** Each with how many removals were known when it was asked for: what is asked while one is noticed is not remembered beyond it. */
  private readonly remembered = { registered: new LRUCache<string, number>({ max: 100_000, ttl: REMEMBERED_MS }), listed: new LRUCache<string, number>({ max: 100_000, ttl: REMEMBERED_MS }) };

  constructor(
    @Inject(MONGO) private readonly connection: Connection,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {
    super();
  }

  async isRegistered(user: CpmAddress, device: DeviceId): Promise<boolean> {
    return this.is('registered', user, device);
  }

  async isListed(user: CpmAddress, device: DeviceId): Promise<boolean> {
    return this.is('listed', user, device);
  }

  async notRegistered(pairs: readonly RegisteredPair[]): Promise<readonly RegisteredPair[]> {
    const known = new Map<string, ReadonlySet<string>>();
    const users = [...new Set(pairs.map(({ user }) => user))];
    for (let at = 0; at < users.length; at += IDS_PER_QUERY) {
      for (const { user, registered } of await this.devicesOf(users.slice(at, at + IDS_PER_QUERY))) known.set(user, registered);
    }
    return pairs.filter(({ user, device }) => !known.get(user)?.has(device));
  }

  private async is(what: 'registered' | 'listed', user: CpmAddress, device: DeviceId): Promise<boolean> {
    const key = `${user}|${device}`;
    const removals = this.revocations.timesNoticed(user, device);
    if (this.remembered[what].get(key) === removals) return true;
    const [found] = await this.devicesOf([user]);
    const isSo = found?.[what].has(device) ?? false;
    if (isSo) this.remembered[what].set(key, removals);
    return isSo;
  }

  private async devicesOf(users: readonly string[]): Promise<readonly OwnedDevices[]> {
    const asked = documentsOf<SubscriberDocument>(this.connection, 'device-registry.subscriber')
      .find({ _id: { $in: [...users] }, 'st.provisioning': { $exists: true } }, { projection: { 'st.devices.id': 1, 'st.devices.registered': 1 }, readConcern: COMMITTED })
      .toArray();
    const found = await orUnavailable(asked);
    return found.map(({ _id, st: { devices } }) => ({
      user: _id, listed: new Set(devices.map(({ id }) => id)), registered: new Set(devices.filter(({ registered }) => registered).map(({ id }) => id)),
    }));
  }
}
