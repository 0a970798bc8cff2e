import { SMSC_REFERENCES } from '@cpm/domain-sms-interworking-gateway';
import { collectionOf, COMMITTED, MAJORITY } from '@cpm/runtime-mongo';
import type { Collection, Connection } from 'mongoose';
import { comparableId } from './message-id-forms.js';
import { SharedCalls } from './shared-calls.js';
import { keptReceipt, type KeptReceipt, type SegmentReference, type SmsReferences } from './sms-references.js';

interface ReferenceDocument {
  /** `smscId|key` */
  _id: string;
  reference: SegmentReference;
  delAt: Date;
}

interface ParkedDocument {
  /** `smscId|id of the receipt|state` */
  _id: string;
  /** `smscId|key` of every segment it may be about. */
  awaits: string[];
  receipt: KeptReceipt;
  delAt: Date;
}

const REFERENCE_LIFE_MS = 7 * 86_400_000;
const PARKED_LIFE_MS = 86_400_000;

/** References and parked receipts in two collections that forget by themselves. */
export class MongoSmsReferences implements SmsReferences {
  private readonly references: Collection<ReferenceDocument>;
  private readonly waiting: Collection<ParkedDocument>;

  private readonly keeping = new SharedCalls((documents: readonly ReferenceDocument[]) => this.keepAll(documents));
  private readonly finding = new SharedCalls((wanted: readonly (readonly string[])[]) => this.findAll(wanted));
  private readonly awaiting = new SharedCalls((wanted: readonly (readonly string[])[]) => this.parkedFor(wanted));

  constructor(
    connection: Connection,
    private readonly now: () => number,
  ) {
    this.references = connection.collection(collectionOf('sms-interworking-gateway', SMSC_REFERENCES)) as unknown as Collection<ReferenceDocument>;
    this.waiting = connection.collection(collectionOf('sms-interworking-gateway', 'parked-receipts')) as unknown as Collection<ParkedDocument>;
  }

  async ensureIndexes(): Promise<void> {
    const forgetting = { key: { delAt: 1 as const }, expireAfterSeconds: 0 };
    await this.references.createIndexes([forgetting, { key: { 'reference.user': 1 } }]);
    await this.waiting.createIndexes([forgetting, { key: { awaits: 1 } }]);
  }

  async keep(smscId: string, key: string, reference: SegmentReference): Promise<void> {
    await this.keeping.call({ _id: keyOf(smscId, key), reference, delAt: this.inMs(REFERENCE_LIFE_MS) });
  }

  async find(smscId: string, keys: readonly string[]): Promise<readonly SegmentReference[]> {
    return this.finding.call(keys.map((key) => keyOf(smscId, key)));
  }

  async park(smscId: string, keys: readonly string[], receipt: KeptReceipt): Promise<void> {
    const document = { awaits: keys.map((key) => keyOf(smscId, key)), receipt, delAt: this.inMs(PARKED_LIFE_MS) };
    await this.waiting.updateOne({ _id: parkedKey(smscId, receipt) }, { $setOnInsert: document }, { upsert: true, writeConcern: MAJORITY });
  }

  async parked(smscId: string, keys: readonly string[]): Promise<readonly KeptReceipt[]> {
    return this.awaiting.call(keys.map((key) => keyOf(smscId, key)));
  }

  async unpark(smscId: string, receipt: KeptReceipt): Promise<void> {
    await this.waiting.deleteOne({ _id: parkedKey(smscId, receipt) }, { writeConcern: MAJORITY });
  }

  private async keepAll(documents: readonly ReferenceDocument[]): Promise<undefined[]> {
    const operations = documents.map(({ _id, ...replacement }) => ({ replaceOne: { filter: { _id }, replacement, upsert: true } }));
    await this.references.bulkWrite(operations, { ordered: false, writeConcern: MAJORITY });
    return documents.map(() => undefined);
  }

  private async findAll(wanted: readonly (readonly string[])[]): Promise<SegmentReference[][]> {
    const found = await this.references.find({ _id: { $in: wanted.flat() } }, { readConcern: COMMITTED }).toArray();
    const byKey = new Map(found.map(({ _id, reference }) => [_id, reference]));
    return wanted.map((keys) => keys.map((key) => byKey.get(key)).filter((one) => one !== undefined));
  }

  private async parkedFor(wanted: readonly (readonly string[])[]): Promise<KeptReceipt[][]> {
    const found = await this.waiting.find({ awaits: { $in: wanted.flat() } }, { sort: { 'receipt.at': 1 }, readConcern: COMMITTED }).toArray();
    return wanted.map((keys) => found.filter(({ awaits }) => awaits.some((key) => keys.includes(key))).map(({ receipt }) => keptReceipt.parse(receipt)));
  }

  private inMs(ms: number): Date {
    return new Date(this.now() + ms);
  }
}

function keyOf(smscId: string, key: string): string {
  return `${smscId}|${key}`;
}

function parkedKey(smscId: string, { messageId, state }: KeptReceipt): string {
  return keyOf(smscId, `${comparableId(messageId)}|${state}`);
}
