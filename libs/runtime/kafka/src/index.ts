export { type KafkaAddress } from './client.js';
export { startInboxConsumer, type ConsumerTiming, type InboxConsumer, type InboxConsumerOptions } from './inbox-consumer.js';
export { InboxPositions, type InboxPositionsOptions } from './inbox-positions.js';
export { type Log } from './log.js';
export { KafkaPublisher, type PublisherOptions } from './publisher.js';
export { type ConsumerStatus } from './status.js';
export { grantTopicRights } from './topic-grants.js';
export { type KafkaSecurity, type Secret } from './security.js';
export { ensureTopics, type TopicSettings } from './topics.js';
