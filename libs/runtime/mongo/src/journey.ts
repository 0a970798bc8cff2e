import type { JourneyEntry } from '@cpm/runtime-decider';
import type { Connection } from 'mongoose';
import type { AggregateDocument } from './aggregate-document.js';

/** A line of a journey and where it was decided. `owner` is the CPM Address of the user whose log it is from. */
export interface JourneyLine extends JourneyEntry {
  readonly collection: string;
  readonly aggregate: string;
  readonly owner: string;
}

/** Every decision about a message in the given collections, oldest first. */
export async function readJourney(connection: Connection, collections: readonly string[], messageId: string): Promise<JourneyLine[]> {
  const found = await Promise.all(collections.map(async (collection) => {
    const documents = await connection
      .collection<AggregateDocument>(collection)
      .find({ m: messageId }, { projection: { k: 1, j: 1 }, readConcern: { level: 'majority' } })
      .toArray();
    return documents.flatMap(({ _id, k, j }) => j.map((entry) => ({ ...entry, collection, aggregate: _id, owner: k })));
  }));
  return found.flat().sort((a, b) => a.at - b.at);
}
