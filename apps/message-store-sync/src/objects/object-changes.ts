import { Inject, Injectable } from '@nestjs/common';
import { UpdateObjects, type ObjectUpdate } from '@cpm/contracts-message-store-sync';
import type { DevicePrincipal } from '@cpm/http';
import { BoxCommands } from '../box-commands.js';

/** Changes of objects that are there. */
@Injectable()
export class ObjectChanges {
  constructor(@Inject(BoxCommands) private readonly commands: BoxCommands) {}

  /** Resolves once they can be read, with the ids of those that could not be moved, for their new folder is gone. */
  async make({ user, device }: DevicePrincipal, objects: readonly ObjectUpdate[]): Promise<ReadonlySet<string>> {
    if (objects.length === 0) return new Set();
    const { unmoved = [] } = await this.commands.tell(UpdateObjects, { user, device, objects: [...objects] });
    return new Set(unmoved.map((at) => objects[at]?.objectId ?? ''));
  }
}
