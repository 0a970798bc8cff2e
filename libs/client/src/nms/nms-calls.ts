import type { Call, HttpCalls } from '../calls/http-calls.js';
import type { FolderPage, NmsEventList, NmsSubscription, ObjectPage } from './nms-wire.js';
import { idOf } from './stored-from-wire.js';

/** How long a subscription lives without being pulled. Seconds. */
const DURATION = 7 * 86_400;
const FOLDERS_A_PAGE = 500;

/** What changed since a token. */
export interface Delta {
  readonly subscription: NmsSubscription;
  readonly list: NmsEventList | undefined;
}

/** Calls of the message store, of one box. Every call throws CpmProblem, or the error of `fetch`. */
export class NmsCalls {
  constructor(
    private readonly calls: HttpCalls,
    readonly path: string,
  ) {}

  /** Pulled: without a notifyURL. The same correlator gives the same subscription. */
  async subscribe(clientCorrelator: string, restartToken?: string): Promise<NmsSubscription> {
    const body = { nmsSubscription: { clientCorrelator, duration: DURATION, ...(restartToken !== undefined && { restartToken }) } };
    return (await this.calls.json<{ nmsSubscription: NmsSubscription }>({ method: 'POST', path: `${this.path}/subscriptions`, body })).nmsSubscription;
  }

  async changesSince(subscription: string, restartToken: string): Promise<Delta> {
    const { nmsSubscription, notificationList = [] } = await this.calls.json<{ nmsSubscription: NmsSubscription; notificationList?: readonly { nmsEventList: NmsEventList }[] }>({
      method: 'POST', path: `${this.path}/subscriptions/${encodeURIComponent(subscription)}`, body: { nmsSubscriptionUpdate: { duration: DURATION, restartToken } },
    });
    return { subscription: nmsSubscription, list: notificationList[0]?.nmsEventList };
  }

  /** Objects of all folders, newest first. */
  async objects(maxEntries: number, fromCursor?: string): Promise<ObjectPage> {
    const sortCriteria = { criterion: [{ type: 'Date', order: 'Descending' }] };
    const body = { selectionCriteria: { maxEntries, sortCriteria, ...(fromCursor !== undefined && { fromCursor }) } };
    return (await this.calls.json<{ objectList: ObjectPage }>({ method: 'POST', path: `${this.path}/objects/operations/search`, body })).objectList;
  }

  async folders(cursor?: string): Promise<FolderPage> {
    const query = new URLSearchParams({ maxEntries: String(FOLDERS_A_PAGE), ...(cursor !== undefined && { cursor }) });
    return (await this.calls.json<{ folderList: FolderPage }>({ method: 'GET', path: `${this.path}/folders?${query}` })).folderList;
  }

  /** One attempt of a user's own change; what is worth repeating is repeated. */
  json<Answer>(call: Call): Promise<Answer> {
    return this.calls.json(call);
  }

  /** The bytes from `first` to `last`, both included, of what an object's `href` names; of all of it without them. */
  content(href: string, range?: { readonly first: number; readonly last: number }): Promise<Response> {
    const { pathname, search } = new URL(href, 'http://localhost');
    return this.calls.answer({ method: 'GET', path: pathname + search, ...(range && { headers: { range: `bytes=${range.first}-${range.last}` } }) });
  }
}

export function subscriptionId({ resourceURL }: NmsSubscription): string {
  return idOf(resourceURL);
}
