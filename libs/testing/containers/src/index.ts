export { cacheRoot } from './cache.js';
export { startLocalKafka } from './local-kafka.js';
export { startLocalMongo } from './local-mongo.js';
export { freePort } from './ports.js';
export { prepareLocalStack, startKafka, startLocalStack, startMongo, type LocalStack, type LocalStackOptions } from './stack.js';
export type { KafkaService, Log, MongoService, Service, Source, StartOptions } from './service.js';
export { supervise, type SupervisedCommand, type SupervisedProcess } from './supervisor.js';
