import { Inject, Injectable } from '@nestjs/common';
import { goesWithFolder, nmsObject, type Box, type NmsObject, type ObjectRow } from '@cpm/domain-message-store-sync';
import { ProblemError } from '@cpm/http';
import type { CpmAddress } from '@cpm/vocabulary';
import { Boxes } from './boxes.js';
import type { BoxDevice } from './nms-resource.js';
import { StoredObjects } from './stored-objects.js';

/** Objects of a box by their ids; an object whose folder was removed is gone, though that may still be under way. */
@Injectable()
export class ObjectReader {
  constructor(
    @Inject(StoredObjects) private readonly objects: StoredObjects,
    @Inject(Boxes) private readonly boxes: Boxes,
  ) {}

  async find(user: CpmAddress, objectIds: readonly string[]): Promise<ReadonlyMap<string, ObjectRow>> {
    const [rows, { emptying }] = await Promise.all([this.objects.find(user, objectIds), this.boxes.of(user)]);
    return emptying.length === 0 ? rows : new Map([...rows].filter(([, row]) => !goesWithFolder(row, emptying)));
  }

  /** Throws a 404 problem. */
  async get(user: CpmAddress, objectId: string): Promise<ObjectRow> {
    const row = (await this.find(user, [objectId])).get(objectId);
    if (!row) throw unknownObject();
    return row;
  }

  /** As its device sees it now. */
  async show({ user, baseUrl }: BoxDevice, row: ObjectRow, box?: Pick<Box, 'folders'>): Promise<NmsObject> {
    const { folders } = box ?? (await this.boxes.of(user));
    return nmsObject(row, { folders, baseUrl });
  }
}

export function unknownObject(): ProblemError {
  return new ProblemError(404, 'unknown-object', 'there is no such object');
}
