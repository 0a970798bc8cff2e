import { collectionOf, DEAD_LETTER_TABLE, type ServiceName } from '@cpm/runtime-decider';
import type { Collection, Connection } from 'mongoose';
import type { DeadLetter, DeadLetterPage, DeadLetters } from './dead-letters.js';

type DeadLetterDocument = Omit<DeadLetter, 'id'> & { _id: string };

/** The dead letters of every service in the database of this process. */
export class MongoDeadLetters implements DeadLetters {
  constructor(private readonly connection: Connection) {}

  async list(service: ServiceName, cursor: string | undefined, limit: number): Promise<DeadLetterPage> {
    const after = cursor === undefined ? {} : { _id: { $gt: cursor } };
    const found = await this.of(service).find(after, { sort: { _id: 1 }, limit: limit + 1 }).toArray();
    const letters = found.slice(0, limit).map(letterOf);
    const last = letters.at(-1)?.id;
    return { letters, ...(found.length > limit && last !== undefined ? { cursor: last } : {}) };
  }

  async find(service: ServiceName, id: string): Promise<DeadLetter | undefined> {
    const found = await this.of(service).findOne({ _id: id });
    return found ? letterOf(found) : undefined;
  }

  async markReplayed(service: ServiceName, id: string): Promise<void> {
    await this.of(service).updateOne({ _id: id }, { $set: { replayed: true } }, { writeConcern: { w: 'majority' } });
  }

  private of(service: ServiceName): Collection<DeadLetterDocument> {
    return this.connection.collection(collectionOf(service, DEAD_LETTER_TABLE)) as unknown as Collection<DeadLetterDocument>;
  }
}

function letterOf({ _id: id, service, key, value, reason, at, replayed }: DeadLetterDocument): DeadLetter {
  return { id, service, key, value, reason, at, replayed };
}
