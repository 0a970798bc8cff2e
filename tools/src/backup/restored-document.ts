import { clientEdge, downlink, restoredDownlink, type Downlink } from '@cpm/domain-client-edge';
import { boxAggregate, messageStoreSync, restoredBox, wholeBox, type Box } from '@cpm/domain-message-store-sync';
import { collectionOf, DEAD_LETTER_TABLE } from '@cpm/runtime-decider';
import { SERVICE_DEFINITIONS } from '../provision/access-rights.js';

export type StoredDocument = Record<string, unknown>;

const DEAD_LETTERS = new Set(SERVICE_DEFINITIONS.map(({ name }) => collectionOf(name, DEAD_LETTER_TABLE)));
const AGGREGATES = new Set(SERVICE_DEFINITIONS.flatMap(({ name, aggregates }) => aggregates.map((aggregate) => collectionOf(name, aggregate.name))));

/** Of an aggregate that counts what others hold. */
const GOES_ON: Readonly<Record<string, (state: unknown) => unknown>> = {
  [collectionOf(messageStoreSync.name, boxAggregate.name)]: (state) => restoredBox(wholeBox(state as Box)),
  [collectionOf(clientEdge.name, downlink.name)]: (state) => restoredDownlink(state as Downlink),
};

/**
 * A document of the backup as it goes on with new topics, whose positions begin at 0: no record counts as applied or seen, and no output is
 * owed, for all were committed. A dead letter is called otherwise, so that one of a new record with its position is not taken for it.
 */
export function restoredDocument(collection: string, document: StoredDocument, takenAt: string): StoredDocument {
  if (DEAD_LETTERS.has(collection)) return { ...document, _id: `${String(document['_id'])}/${takenAt}` };
  if (!AGGREGATES.has(collection)) return document;
  const goesOn = GOES_ON[collection];
  return { ...document, w: 0, seen: {}, out: [], ...(goesOn && { st: goesOn(document['st']) }) };
}
