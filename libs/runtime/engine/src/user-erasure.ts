import { DEAD_LETTER_TABLE, inboxOf, type ServiceDefinition } from '@cpm/runtime-decider';
import type { AggregateStore, FetchSession, OutgoingRecord, Publisher } from '@cpm/runtime-ports';
import { encodeEvent, sourceOf } from './envelope.js';
import type { ErasureMessage } from './inbox-message.js';

/** Erases what a service keeps of a user beside its aggregates and rows, a part at a time; `between` parts its partitions are confirmed. Idempotent. */
export type ForgetUser = (user: string, between: () => Promise<void>) => Promise<void>;

interface ErasurePorts {
  readonly store: Pick<AggregateStore, 'erase'>;
  readonly publisher: Publisher;
  readonly forgetUser?: ForgetUser | undefined;
}

/** Erases all that the service keeps of a user, then says so. Everything before it in the log is committed, so that it can be done again from the start. */
export async function eraseUser(service: ServiceDefinition, { record, order }: ErasureMessage, ports: ErasurePorts, session: FetchSession): Promise<void> {
  const { erasure, name } = service;
  if (!erasure) return;
  const between = () => session.heartbeat();
  await between();
  await ports.forgetUser?.(order.user, between);
  const kinds = service.aggregates.filter(({ survivesErasure }) => survivesErasure !== true).map((aggregate) => aggregate.name);
  await ports.store.erase(order.user, { kinds, tables: erasure.tables, fields: { ...erasure.fields, [DEAD_LETTER_TABLE]: 'key' } }, between);
  const done = { ...order, service: name };
  const value = encodeEvent(sourceOf(name, record.partition), `${record.offset}.0`, erasure.done, done);
  const key = erasure.done.key(done);
  await ports.publisher.publish(erasure.done.listeners.map((listener): OutgoingRecord => ({ topic: inboxOf(listener), key, value })));
}
