/** SMPP message states by their number in the message_state TLV. */
export const MESSAGE_STATES = [
  'SCHEDULED', 'ENROUTE', 'DELIVERED', 'EXPIRED', 'DELETED', 'UNDELIVERABLE', 'ACCEPTED', 'UNKNOWN', 'REJECTED', 'SKIPPED',
] as const;

/** `UNREADABLE` is a receipt that names no state we know. */
export type MessageState = (typeof MESSAGE_STATES)[number] | 'UNREADABLE';

/** `stat:` values of receipt texts, those of SMPP 3.4 appendix B and those seen in the field. */
const STATES_BY_TEXT: Readonly<Record<string, MessageState>> = {
  SCHEDLD: 'SCHEDULED',
  ENROUTE: 'ENROUTE',
  BUFFRED: 'ENROUTE',
  BUFFERD: 'ENROUTE',
  DELIVRD: 'DELIVERED',
  DELIVERD: 'DELIVERED',
  EXPIRED: 'EXPIRED',
  DELETED: 'DELETED',
  UNDELIV: 'UNDELIVERABLE',
  ACCEPTD: 'ACCEPTED',
  ACKED: 'ACCEPTED',
  UNKNOWN: 'UNKNOWN',
  REJECTD: 'REJECTED',
  SKIPPED: 'SKIPPED',
};

export function stateOfNumber(state: number): MessageState {
  return MESSAGE_STATES[state] ?? 'UNREADABLE';
}

/** Fields of a receipt text as they stand there; absent ones are undefined. */
export interface ReceiptText {
  readonly id?: string;
  readonly state?: MessageState;
  readonly doneDate?: string;
  readonly errorCode?: string;
}

const KEY = /\b(id|sub|dlvrd|submit date|done date|stat|err|text):\s*/gi;

/** Reads `id:… stat:…` in any order and case; nothing behind `text:` is read, for that is the user's own text. */
export function parseReceiptText(text: string): ReceiptText {
  const values = valuesIn(text);
  const id = values.get('id');
  const stat = values.get('stat');
  const doneDate = values.get('done date');
  const errorCode = values.get('err');
  return {
    ...(id ? { id } : {}),
    ...(stat ? { state: STATES_BY_TEXT[stat.toUpperCase()] ?? 'UNREADABLE' } : {}),
    ...(doneDate && /^(\d{10}|\d{12})$/.test(doneDate) ? { doneDate } : {}),
    ...(errorCode && /^[0-9A-Za-z]{1,4}$/.test(errorCode) ? { errorCode } : {}),
  };
}

function valuesIn(text: string): Map<string, string> {
  const values = new Map<string, string>();
  const keys = [...text.matchAll(KEY)];
  for (const [at, key] of keys.entries()) {
    const name = key[1]?.toLowerCase() ?? '';
    if (name === 'text') break;
    const value = text.slice(key.index + key[0].length, keys[at + 1]?.index).trim();
    if (!values.has(name)) values.set(name, value);
  }
  return values;
}

/** Receipt texts are Latin-1 whatever data_coding says, except those whose octets show UTF-16BE. */
export function receiptBodyText(dataCoding: number, body: Buffer): string {
  const looksLikeUtf16 = dataCoding === 8 && body.length >= 2 && body.length % 2 === 0 && body[0] === 0;
  return looksLikeUtf16 ? Buffer.from(body).swap16().toString('utf16le') : body.toString('latin1');
}
