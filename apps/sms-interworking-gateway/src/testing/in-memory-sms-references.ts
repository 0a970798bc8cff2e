import type { KeptReceipt, SegmentReference, SmsReferences } from '../sms-references.js';

/** The in-memory twin of the references. */
export class InMemorySmsReferences implements SmsReferences {
  readonly references = new Map<string, SegmentReference>();
  readonly waiting = new Map<string, { readonly smscId: string; readonly keys: readonly string[]; readonly receipt: KeptReceipt }>();

  async keep(smscId: string, key: string, reference: SegmentReference): Promise<void> {
    this.references.set(`${smscId}|${key}`, reference);
  }

  async find(smscId: string, keys: readonly string[]): Promise<SegmentReference[]> {
    return keys.map((key) => this.references.get(`${smscId}|${key}`)).filter((one) => one !== undefined);
  }

  async park(smscId: string, keys: readonly string[], receipt: KeptReceipt): Promise<void> {
    this.waiting.set(`${smscId}|${receipt.messageId}|${receipt.state}`, { smscId, keys, receipt });
  }

  async parked(smscId: string, keys: readonly string[]): Promise<KeptReceipt[]> {
    return [...this.waiting.values()].filter((one) => one.smscId === smscId && one.keys.some((key) => keys.includes(key))).map(({ receipt }) => receipt);
  }

  async unpark(smscId: string, { messageId, state }: KeptReceipt): Promise<void> {
    this.waiting.delete(`${smscId}|${messageId}|${state}`);
  }
}
