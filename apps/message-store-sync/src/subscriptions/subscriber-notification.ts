import { Logger } from '@nestjs/common';
import { NotificationOutcome } from '@cpm/contracts-message-store-sync';
import { canReplay, eventList, LIST_SPAN, type Box, type NmsEventList, type NotificationInput } from '@cpm/domain-message-store-sync';
import type { Clock, Ingress } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Boxes } from '../boxes.js';
import type { StoredObjects } from '../stored-objects.js';
import type { UpkeepRows } from '../upkeep/upkeep-rows.js';
import type { Post } from './notify-client.js';
import { subscriptionUrl } from './subscription-view.js';

export type ListFate = NotificationOutcome['outcome'];

export interface NotificationParts {
  readonly boxes: Boxes;
  readonly objects: StoredObjects;
  readonly rows: UpkeepRows;
  readonly client: { post(post: Post): Promise<void> };
  readonly ingress: Ingress;
  readonly clock: Clock;
  /** Scheme and host of the entry, without a slash at its end. */
  readonly baseUrl: string;
  readonly observe: (fate: ListFate) => void;
}

/** The box begins the list anew at `dueAt`: an attempt must be over by then. */
const ATTEMPT_MS = 15_000;

/** CPM-MLD-016: brings one list of changes to a subscriber: of exactly the range that the box has fixed, whatever has changed since. */
export class SubscriberNotification {
  private readonly logger = new Logger('message-store-sync');

  constructor(private readonly parts: NotificationParts) {}

  async run(input: NotificationInput): Promise<void> {
    const { boxes, ingress, clock, observe } = this.parts;
    const user = input.user as CpmAddress;
    const { id: subscriptionId, place: { index }, sending } = input.subscription;
    if (clock.now() > sending.dueAt - ATTEMPT_MS) return;
    const box = await boxes.of(user);
    const standing = box.subscriptions.find(({ id }) => id === subscriptionId);
    // Ended, or taken, since the effect began.
    if (standing?.sending?.to !== sending.to || standing.place.index !== index) return;
    const list = await this.list(user, input, box);
    const outcome = list.nmsEvent.length === 0 ? 'empty' : await this.send(input, list);
    const position = outcome === 'empty' ? await this.skipped(user, sending.to, box.modSeq) : sending.to;
    observe(outcome);
    await ingress.publish(NotificationOutcome, { user, subscriptionId, index, position, outcome, at: clock.now() });
  }

  private async list(user: CpmAddress, { subscription: { id, device, callbackData, place, rules, sending } }: NotificationInput, box: Box): Promise<NmsEventList> {
    const { objects, clock, baseUrl } = this.parts;
    // The box as the list is of: its head, and the device's rules as they were counted when the list began.
    const view: Box = { ...box, modSeq: sending.to, rulesSince: { ...box.rulesSince, [device]: sending.rules } };
    const token = { ...place, rules };
    const changes = canReplay(token, view, device) ? await objects.changes(user, { after: place.position, upTo: sending.to, limit: LIST_SPAN }) : { objects: [], folders: [] };
    const listener = { user, device, callbackData, baseUrl, subscriptionUrl: baseUrl + subscriptionUrl(user, id), now: clock.now() };
    const list = eventList(token, changes, view, listener);
    if (!list) throw new Error('a list is under way where nothing has changed');
    return list;
  }

  private async send({ subscription: { id, notifyUrl } }: NotificationInput, list: NmsEventList): Promise<'taken' | 'failed'> {
    try {
      await this.parts.client.post({ url: notifyUrl, json: JSON.stringify({ notificationList: [{ nmsEventList: list }] }) });
      return 'taken';
    } catch (error) {
      this.logger.debug(`a list for ${id} was not taken: ${reasonOf(error)}`);
      return 'failed';
    }
  }

  /** Up to where nothing else has changed either. */
  private async skipped(user: CpmAddress, to: number, head: number): Promise<number> {
    const next = await this.parts.rows.nextChange(user, to);
    return Math.max(to, Math.min(head, (next ?? Infinity) - 1));
  }
}

/** Without the URL: it may be a secret. */
function reasonOf(error: unknown): string {
  const { name, code, message } = error as Error & { code?: string };
  return name === 'NotTakenError' ? message : (code ?? name);
}
