export { type KafkaAddress } from './client.js';
export { startInboxConsumer, type ConsumerTiming, type InboxConsumer, type InboxConsumerOptions } from './inbox-consumer.js';
export { type Log } from './log.js';
export { KafkaPublisher, type PublisherOptions } from './publisher.js';
export { type ConsumerStatus } from './status.js';
export { ensureTopics, type TopicSettings } from './topics.js';
export { inboxRecords, partitioning } from './inbox-records.js';
