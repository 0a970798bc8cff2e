import { Inject, Injectable } from '@nestjs/common';
import { eventList, LIST_SPAN, readRestartToken, type NmsEventList, type RestartToken, type Subscription } from '@cpm/domain-message-store-sync';
import { CLOCK } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import { Boxes } from '../boxes.js';
import type { BoxDevice } from '../nms-resource.js';
import { StoredObjects } from '../stored-objects.js';
import { subscriptionUrl } from './subscription-view.js';

/** How many lists in which there is nothing for the device are passed over in one call. */
const MAX_PASSED_OVER = 10;

/** Nobody's rules have changed so often: under it nobody can go on. */
const NO_RULES = 999_999_999_999_999;

/** A list, if there is something for the device, and the place that it begins at. */
export interface Pulled {
  readonly place: RestartToken;
  readonly list?: NmsEventList;
}

/** What changed in a box since a place that a device names. */
@Injectable()
export class BoxChanges {
  constructor(
    @Inject(StoredObjects) private readonly objects: StoredObjects,
    @Inject(Boxes) private readonly boxes: Boxes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** CPM-MLD-016: the next list after a token's place; of a token that nobody can go on from, one that says so. */
  async since(token: string, { id, place: { index }, callbackData }: Subscription, caller: BoxDevice): Promise<Pulled> {
    const { user, device, baseUrl } = caller;
    const listener = { user, device, baseUrl, callbackData, subscriptionUrl: baseUrl + subscriptionUrl(user, id) };
    let place = readRestartToken(token) ?? { position: 0, index, rules: NO_RULES };
    for (let left = MAX_PASSED_OVER; ; left -= 1) {
      // First the head: a list never goes beyond what was kept when it was made.
      const box = await this.boxes.of(user);
      const changes = await this.objects.changes(user, { after: place.position, upTo: box.modSeq, limit: LIST_SPAN });
      const list = eventList(place, changes, box, { ...listener, now: this.clock.now() });
      if (!list) return { place };
      if (list.nmsEvent.length > 0 || (list.more && left === 0)) return { place, list };
      // What a device does not want takes no index.
      place = { ...place, position: readRestartToken(list.restartToken)?.position ?? box.modSeq };
      if (!list.more) return { place };
    }
  }

  /** The place that a device's token names in its box, as a callback goes on from it; of one that says nothing, a place under rules that no device ever had. */
  async placeOf(token: string, { user }: BoxDevice): Promise<RestartToken> {
    const box = await this.boxes.of(user);
    const place = readRestartToken(token);
    if (place && place.position <= box.modSeq) return place;
    return { position: box.modSeq, index: place?.index ?? 1, rules: NO_RULES };
  }
}
