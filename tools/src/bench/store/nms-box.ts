import type { Pool } from 'undici';
import { NmsClient, type Subscription } from './nms-client.js';
import { inParallel, type BenchMessage, type StoredBox } from './stored-box.js';

const PAGE = 500;

/** One user's network message store: some requests at a time, one subscription that was not pulled for a while. */
export class NmsBox implements StoredBox {
  private known: Subscription | undefined;
  private urls: readonly string[] = [];
  private readonly workers: readonly NmsClient[];

  private constructor(
    private readonly client: NmsClient,
    connections: number,
  ) {
    this.workers = Array.from({ length: connections }, () => client);
  }

  static async open({ pool, url }: { readonly pool: Pool; readonly url: string }, user: string, connections: number): Promise<NmsBox> {
    return new NmsBox(await NmsClient.enrol(pool, url, user), connections);
  }

  async append(messages: readonly BenchMessage[], onDone: (count: number) => void): Promise<void> {
    await inParallel(messages, this.workers, async (message, worker) => {
      await worker.create(objectOf(message));
      onDone(1);
    });
  }

  async appendGroups(groups: readonly (readonly BenchMessage[])[], onDone: (count: number) => void): Promise<void> {
    await inParallel(groups, this.workers, async (messages, worker) => {
      await worker.createAll(messages.map(objectOf));
      onDone(messages.length);
    });
  }

  async settle(count: number): Promise<void> {
    this.urls = await this.firstUrls(count);
    this.known = await this.client.subscribe();
  }

  async setSeen(groupSize: number, onDone: (count: number) => void): Promise<void> {
    const groups = Array.from({ length: Math.ceil(this.urls.length / groupSize) }, (_, group) => this.urls.slice(group * groupSize, (group + 1) * groupSize));
    await inParallel(groups, this.workers, async (group, worker) => {
      await worker.updateFlags('AddFlag', '\\Seen', group);
      onDone(group.length);
    });
  }

  async resync(onDone: (count: number) => void): Promise<void> {
    if (!this.known) throw new Error('nothing is remembered');
    for (let from = this.known, more = true; more;) {
      const [list] = (await this.client.pull(from)).notificationList ?? [];
      if (!list) return;
      const { nmsEvent, restartToken } = list.nmsEventList;
      onDone(nmsEvent.filter((event) => 'changedObject' in event).length);
      more = list.nmsEventList.more === true;
      from = { ...from, restartToken };
    }
  }

  async close(): Promise<void> {
    // Every request stands for itself.
  }

  private async firstUrls(count: number): Promise<string[]> {
    const urls: string[] = [];
    for (let fromCursor: string | undefined; urls.length < count;) {
      const { object, cursor } = await this.client.search({ maxEntries: PAGE, ...(fromCursor !== undefined && { fromCursor }) });
      urls.push(...object.map(({ resourceURL }) => resourceURL));
      if (cursor === undefined) break;
      fromCursor = cursor;
    }
    return urls.slice(0, count);
  }
}

function objectOf({ id, from, to, date, text }: BenchMessage): object {
  const attributes = {
    Date: new Date(date).toISOString(), Direction: 'In', From: from, To: to, 'Message-Context': 'pager-message', 'Message-Id': id, 'Content-Type': 'text/plain;charset=utf-8', TextContent: text,
  };
  return {
    parentFolderPath: `/main/${from}`,
    attributes: { attribute: Object.entries(attributes).map(([name, value]) => ({ name, value: [value] })) },
    flags: { flag: [] },
    clientCorrelator: id,
  };
}
