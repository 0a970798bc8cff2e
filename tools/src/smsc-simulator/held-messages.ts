import { STATUS, type ReceivedCancel } from '@cpm/smpp';
import type { ReceiptNews } from './receipt-text.js';

/** Messages that a handset is not there for: they can still be taken back. */
export class HeldMessages {
  readonly #held = new Map<string, ReceiptNews>();

  add(idInResponse: string, news: ReceiptNews): void {
    this.#held.set(idInResponse, news);
  }

  /** Status of the cancel_sm response (SMPP 3.4, section 4.9), and what was dropped: only who sent it may take it back. */
  cancel({ messageId, source }: ReceivedCancel): { readonly status: number; readonly dropped?: ReceiptNews } {
    const news = this.#held.get(messageId);
    if (news?.submit.source.address !== source.address) return { status: STATUS.cancelFailed };
    this.#held.delete(messageId);
    return { status: STATUS.ok, dropped: news };
  }

  clear(): void {
    this.#held.clear();
  }
}
