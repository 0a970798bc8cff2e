import { CpmProblem } from '../calls/problem.js';
import type { Batch } from '../store/local-store.js';
import type { LocalBox } from '../store/local-box.js';
import type { LocalTables } from '../store/local-tables.js';
import type { ReceivedSms } from '../store/stored.js';
import type { BoxChange } from '../sync/sync-state.js';
import type { ContentFetch } from './content-fetch.js';
import { copiesAmong, receivedSms, SMS_KEPT_MS, ucnIn, type IncomingSms, type SmsKind } from './incoming-sms.js';
import { afterLost, afterNaming, afterObtained, afterSearch, originalsToObtain, originalsObtainedElsewhere, refsOfGone, type Original } from './ucn-state.js';

export interface PrimaryOptions {
  readonly local: LocalBox;
  readonly content: ContentFetch;
  /** CPM Address of the user. */
  readonly user: string;
}

const GONE: ReadonlySet<number> = new Set([404, 410]);

/** What the device with the UICC does with the short messages that stand for what it could not get over IP. */
export class Primary {
  private settling: Promise<void> | undefined;
  /** Summaries that have been here during a whole synchronisation. */
  private synchronisedSummaries: ReadonlySet<string> = new Set();

  constructor(private readonly options: PrimaryOptions) {}

  /** Keeps what an SMS of the phone's inbox means; the same SMS twice means the same. */
  async smsReceived(incoming: IncomingSms): Promise<SmsKind> {
    const received = receivedSms(incoming);
    const ucn = ucnIn(received.id, incoming);
    const sms: ReceivedSms = ucn ? { ...received, isUcn: true } : received;
    const { local } = this.options;
    await local.commit((tables) => (tables.sms.has(sms.id) ? undefined : { sms: { put: [sms], remove: outdated(tables.sms.values(), sms.at) }, ...(ucn && { ucns: { put: [ucn] } }) }));
    await this.settleCopies();
    if (local.tables.sms.get(sms.id)?.copyOf !== undefined) return 'copy';
    return ucn ? 'ucn' : 'sms';
  }

  /** What a change of the box means for notifications: that of something gone says so in its place. */
  follows({ gone, isWhole, objects: { put } }: BoxChange, { ucns, objects }: LocalTables): Batch {
    if (ucns.size === 0) return {};
    const { put: changed = [], remove = [] } = afterLost(ucns.values(), refsOfGone(gone, this.options.user));
    if (isWhole !== true) return { ucns: { put: changed, remove } };
    const left = new Map([...ucns.values(), ...changed].filter(({ id }) => !remove.includes(id)).map((ucn) => [ucn.id, ucn]));
    return { ucns: { put: [...changed, ...(afterSearch(left.values(), [...objects.values(), ...put]).put ?? [])], remove } };
  }

  /** What summaries that came before this tell of, and is not there after it, is gone or out of reach. */
  async synchronise(exchange: () => Promise<void>): Promise<void> {
    const summaries = [...this.options.local.tables.ucns.values()].filter(({ isSummary }) => isSummary).map(({ id }) => id);
    await exchange();
    this.synchronisedSummaries = new Set(summaries);
    await this.seekOriginals();
  }

  /**
   * CPM-MLD-032, CPM-MLD-034: after each synchronisation, obtains the originals that notifications wait for, and puts each in the
   * place of its notification once all of it is here. Rejects when one could not be had: its notification stays.
   */
  settle(): Promise<void> {
    this.settling ??= this.settleAll().finally(() => {
      this.settling = undefined;
    });
    return this.settling;
  }

  private async settleAll(): Promise<void> {
    await this.settleCopies();
    const { local } = this.options;
    await local.commit(({ ucns, objects }) => {
      const { put = [] } = afterNaming(ucns.values(), objects.values());
      return put.length === 0 ? undefined : { ucns: { put } };
    });
    for (const { ref, object } of originalsObtainedElsewhere(local.tables.ucns.values(), local.tables.objects.values())) {
      await local.commit((tables) => inPlace(ref, object.id, tables));
    }
    const failures: unknown[] = [];
    for (const original of originalsToObtain(local.tables.ucns.values(), local.tables.objects.values())) {
      await this.replace(original).catch((error: unknown) => failures.push(error));
    }
    await this.seekOriginals();
    if (failures.length > 0) throw failures[0] as Error;
  }

  private seekOriginals(): Promise<void> {
    return this.options.local.commit(({ ucns, objects }) => {
      const { put = [] } = afterSearch([...ucns.values()].filter(({ id }) => this.synchronisedSummaries.has(id)), objects.values());
      return put.length === 0 ? undefined : { ucns: { put } };
    });
  }

  private async replace({ ref, object }: Original): Promise<void> {
    const { local, content } = this.options;
    const obtained = await content.obtain(object).then(() => true, (error: unknown) => {
      if (error instanceof CpmProblem && GONE.has(error.status)) return false;
      throw error;
    });
    await local.commit((tables) => {
      // It may have gone while its content came.
      const awaiting = [...tables.ucns.values()].filter(({ state, refs }) => state === 'waiting' && refs.includes(ref));
      if (awaiting.length === 0) return undefined;
      if (!obtained) return { ucns: afterLost(awaiting, [ref]) };
      const placed = inPlace(ref, object.id, tables);
      return object.correlationId === undefined ? placed : { ...placed, pending: { put: [tables.next({ type: 'report', messageId: object.correlationId, status: 'delivered' })] } };
    });
  }

  private settleCopies(): Promise<void> {
    return this.options.local.commit(({ sms, ucns, objects }) => {
      if (sms.size === 0) return undefined;
      const copies = copiesAmong(sms.values(), objects.values());
      const changed = [...sms.values()].filter(({ id, copyOf }) => copies.get(id) !== copyOf);
      if (changed.length === 0) return undefined;
      const put = changed.map(({ copyOf: _, ...one }): ReceivedSms => {
        const object = copies.get(one.id);
        return object === undefined ? one : { ...one, copyOf: object };
      });
      // Words of the sender's own that look like a reference.
      return { sms: { put }, ucns: { remove: put.filter(({ id, copyOf }) => copyOf !== undefined && ucns.has(id)).map(({ id }) => id) } };
    });
  }
}

/** An original takes the place of its notification: the SMS is not shown besides it once all that it told of is here. */
function inPlace(ref: string, object: string, { ucns: all, sms }: LocalTables): Batch {
  const ucns = afterObtained(all.values(), [ref]);
  const replaced = (ucns.remove ?? []).filter((id) => all.get(id)?.hasLost !== true).flatMap((id) => sms.get(id) ?? []);
  return { ucns, sms: { put: replaced.map((one) => ({ ...one, copyOf: object })) } };
}

/** What came of an SMS that meant something is remembered: the phone may tell of it again in years. */
function outdated(sms: Iterable<ReceivedSms>, now: string): readonly string[] {
  const limit = Date.parse(now) - SMS_KEPT_MS;
  return [...sms].filter(({ at, copyOf, isUcn }) => copyOf === undefined && isUcn !== true && Date.parse(at) < limit).map(({ id }) => id);
}
