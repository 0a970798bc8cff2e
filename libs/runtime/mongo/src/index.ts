export { collectionOf } from '@cpm/runtime-decider';
export { MongoAggregateStore } from './aggregate-store.js';
export { grantCollectionRights, type DatabaseUser } from './collection-grants.js';
export { connectMongo, type MongoConnectOptions, type MongoStatus } from './connection.js';
export { COMMITTED, databaseOf, documentsOf, MAJORITY } from './database.js';
export { type TableIndexes } from './indexes.js';
export { readJourney, type JourneyLine } from './journey.js';
export { TimeLimitError, within } from './time-limit.js';
