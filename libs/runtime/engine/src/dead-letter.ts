import { DEAD_LETTER_TABLE, inboxOf, type RowWrite, type ServiceDefinition } from '@cpm/runtime-decider';
import type { Poison } from './inbox-message.js';

/** Of the record, so that a repetition puts aside nothing twice. */
export function deadLetterId(service: ServiceDefinition['name'], record: { partition: number; offset: number }): string {
  return `${inboxOf(service)}/${record.partition}/${record.offset}`;
}

export function deadLetterRow(service: ServiceDefinition['name'], { record, reason }: Poison): RowWrite {
  const { key, value, timestamp } = record;
  return { kind: 'row', table: DEAD_LETTER_TABLE, id: deadLetterId(service, record), insert: { service, key, value, reason, at: timestamp, replayed: false } };
}
