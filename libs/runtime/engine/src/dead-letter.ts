import { DEAD_LETTER_TABLE, deadLettersOf, inboxOf, type RowWrite, type ServiceDefinition } from '@cpm/runtime-decider';
import type { InboxRecord, OutgoingRecord, RefusedWriteError } from '@cpm/runtime-ports';
import type { Poison } from './inbox-message.js';

/** Of the record, so that a repetition puts aside nothing twice. */
function deadLetterId(service: ServiceDefinition['name'], record: { partition: number; offset: number }): string {
  return `${inboxOf(service)}/${record.partition}/${record.offset}`;
}

const REASON_LENGTH = 500;

/** A record of which no store would ever take what was decided. */
export function refusedRecord(record: InboxRecord, { message }: RefusedWriteError): Poison {
  return { kind: 'poison', record, fault: 'not-storable', reason: `store: ${message}`.slice(0, REASON_LENGTH) };
}

export function deadLetterRow(service: ServiceDefinition['name'], { record, reason }: Poison): RowWrite {
  const { key, value, timestamp } = record;
  return { kind: 'row', table: DEAD_LETTER_TABLE, id: deadLetterId(service, record), insert: { service, key, value, reason, at: timestamp, replayed: false } };
}

/** Of a record in the topic of dead letters, in characters: one that nearly filled its own topic, quoted, would not fit another. Whole it is in the table. */
const TOLD_VALUE = 64 * 1024;
const TOLD_KEY = 512;

export function deadLetterRecord(service: ServiceDefinition['name'], { record, reason }: Poison): OutgoingRecord {
  const { key, value } = record;
  const told = { id: deadLetterId(service, record), reason, value: value.slice(0, TOLD_VALUE), ...(value.length > TOLD_VALUE && { cut: true }) };
  return { topic: deadLettersOf(service), key: key.slice(0, TOLD_KEY), value: JSON.stringify(told) };
}
