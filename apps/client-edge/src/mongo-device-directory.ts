import { Inject, Injectable } from '@nestjs/common';
import { orUnavailable } from '@cpm/http';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { LRUCache } from 'lru-cache';
import type { Connection } from 'mongoose';
import { COMMITTED, collectionOf } from './database.js';
import { DeviceDirectory, MONGO, type RegisteredPair } from './ports.js';

interface SubscriberDocument {
  _id: string;
  st: { provisioning?: unknown; devices: { id: string; registered: boolean }[] };
}

const REMEMBERED_MS = 30_000;
const IDS_PER_QUERY = 500;

/** Reads the subscribers of the device registry. Only what is registered is remembered, so that a new device can connect at once. */
@Injectable()
export class MongoDeviceDirectory extends DeviceDirectory {
  private readonly registered = new LRUCache<string, true>({ max: 100_000, ttl: REMEMBERED_MS });

  constructor(@Inject(MONGO) private readonly connection: Connection) {
    super();
  }

  async isRegistered(user: CpmAddress, device: DeviceId): Promise<boolean> {
    const key = `${user}|${device}`;
    if (this.registered.has(key)) return true;
    const [found] = await this.devicesOf([user]);
    const isKnown = found?.devices.has(device) ?? false;
    if (isKnown) this.registered.set(key, true);
    return isKnown;
  }

  async notRegistered(pairs: readonly RegisteredPair[]): Promise<readonly RegisteredPair[]> {
    const known = new Map<string, ReadonlySet<string>>();
    const users = [...new Set(pairs.map(({ user }) => user))];
    for (let at = 0; at < users.length; at += IDS_PER_QUERY) {
      for (const { user, devices } of await this.devicesOf(users.slice(at, at + IDS_PER_QUERY))) known.set(user, devices);
    }
    return pairs.filter(({ user, device }) => !known.get(user)?.has(device));
  }

  private async devicesOf(users: readonly string[]): Promise<{ user: string; devices: ReadonlySet<string> }[]> {
    const asked = collectionOf<SubscriberDocument>(this.connection, 'device-registry.subscriber')
      .find({ _id: { $in: [...users] }, 'st.provisioning': { $exists: true } }, { projection: { 'st.devices.id': 1, 'st.devices.registered': 1 }, readConcern: COMMITTED })
      .toArray();
    const found = await orUnavailable(asked);
    return found.map(({ _id, st }) => ({ user: _id, devices: new Set(st.devices.filter(({ registered }) => registered).map(({ id }) => id)) }));
  }
}
