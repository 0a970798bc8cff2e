import { SMSC_REFERENCES } from '@cpm/domain-sms-interworking-gateway';
import { collectionOf } from '@cpm/runtime-mongo';
import type { Collection, Connection } from 'mongoose';
import { comparableId } from './message-id-forms.js';
import { keptReceipt, type KeptReceipt, type SegmentReference, type SmsReferences } from './sms-references.js';

interface ReferenceDocument {
  /** `smscId|id` */
  _id: string;
  reference: SegmentReference;
  delAt: Date;
}

interface ParkedDocument {
  /** `smscId|id of the receipt|state` */
  _id: string;
  /** `smscId|id` of every response it may belong to. */
  awaits: string[];
  receipt: KeptReceipt;
  delAt: Date;
}

const MAJORITY = { writeConcern: { w: 'majority' as const } };
const COMMITTED = { readConcern: { level: 'majority' as const } };
const REFERENCE_LIFE_MS = 7 * 86_400_000;
const PARKED_LIFE_MS = 86_400_000;

/** References and parked receipts in two collections that forget by themselves. */
export class MongoSmsReferences implements SmsReferences {
  private readonly references: Collection<ReferenceDocument>;
  private readonly waiting: Collection<ParkedDocument>;

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

  async keep(smscId: string, reference: SegmentReference): Promise<void> {
    const _id = keyOf(smscId, comparableId(reference.segmentId));
    await this.references.replaceOne({ _id }, { reference, delAt: this.inMs(REFERENCE_LIFE_MS) }, { upsert: true, ...MAJORITY });
  }

  async find(smscId: string, ids: readonly string[]): Promise<SegmentReference | undefined> {
    const keys = ids.map((id) => keyOf(smscId, id));
    const found = await this.references.find({ _id: { $in: keys } }, COMMITTED).toArray();
    return found.sort((a, b) => keys.indexOf(a._id) - keys.indexOf(b._id))[0]?.reference;
  }

  async park(smscId: string, ids: readonly string[], receipt: KeptReceipt): Promise<void> {
    const document = { awaits: ids.map((id) => keyOf(smscId, id)), receipt, delAt: this.inMs(PARKED_LIFE_MS) };
    await this.waiting.updateOne({ _id: parkedKey(smscId, receipt) }, { $setOnInsert: document }, { upsert: true, ...MAJORITY });
  }

  async parked(smscId: string, responseId: string): Promise<KeptReceipt[]> {
    const found = await this.waiting.find({ awaits: keyOf(smscId, comparableId(responseId)) }, { sort: { 'receipt.at': 1 }, ...COMMITTED }).toArray();
    return found.map(({ receipt }) => keptReceipt.parse(receipt));
  }

  async unpark(smscId: string, receipt: KeptReceipt): Promise<void> {
    await this.waiting.deleteOne({ _id: parkedKey(smscId, receipt) }, MAJORITY);
  }

  private inMs(ms: number): Date {
    return new Date(this.now() + ms);
  }
}

function keyOf(smscId: string, id: string): string {
  return `${smscId}|${id}`;
}

function parkedKey(smscId: string, { messageId, state }: KeptReceipt): string {
  return keyOf(smscId, `${comparableId(messageId)}|${state}`);
}
