import { comparableId } from '../message-id-forms.js';
import type { KeptReceipt, SegmentReference, SmsReferences } from '../sms-references.js';

/** The in-memory twin of the references. */
export class InMemorySmsReferences implements SmsReferences {
  readonly references = new Map<string, SegmentReference>();
  readonly waiting = new Map<string, { readonly smscId: string; readonly ids: readonly string[]; readonly receipt: KeptReceipt }>();

  async keep(smscId: string, reference: SegmentReference): Promise<void> {
    this.references.set(`${smscId}|${comparableId(reference.segmentId)}`, reference);
  }

  async find(smscId: string, ids: readonly string[]): Promise<SegmentReference | undefined> {
    return ids.map((id) => this.references.get(`${smscId}|${id}`)).find(Boolean);
  }

  async park(smscId: string, ids: readonly string[], receipt: KeptReceipt): Promise<void> {
    this.waiting.set(`${smscId}|${receipt.messageId}|${receipt.state}`, { smscId, ids, receipt });
  }

  async parked(smscId: string, responseId: string): Promise<KeptReceipt[]> {
    return [...this.waiting.values()].filter((one) => one.smscId === smscId && one.ids.includes(comparableId(responseId))).map(({ receipt }) => receipt);
  }

  async unpark(smscId: string, { messageId, state }: KeptReceipt): Promise<void> {
    this.waiting.delete(`${smscId}|${messageId}|${state}`);
  }
}
