import { setTimeout as pause } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { kafkaClient, type KafkaAddress } from './client.js';
import type { Log } from './log.js';

export interface TopicSettings extends KafkaAddress {
  readonly log: Log;
  /** Copies of each partition, and how many of them must have a record before it counts. */
  readonly replicas?: { readonly count: number; readonly required: number };
  readonly retentionMs?: number;
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;
const TIMESTAMP_TYPE = 'message.timestamp.type';
const COMPRESSION_TYPE = 'compression.type';
/** The broker unpacks what comes packed and measures it then: a reader is handed no batch that grows a thousandfold, or is packed in a way that kafkajs cannot read. */
const UNCOMPRESSED = 'uncompressed';
const NOT_KNOWN_YET: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);
const KNOWN_WITHIN_MS = 15_000;
const KNOWN_PAUSE_MS = 100;

/**
 * Creates the topics that do not exist. Decisions take the broker's append time for the time, and a user's order is
 * that of one partition for ever: so an existing topic must stamp append times and have exactly `partitions`.
 * @throws naming the topic and what differs, or the right that is lacking
 */
export async function ensureTopics(topics: readonly string[], partitions: number, settings: TopicSettings): Promise<void> {
  const kafka = kafkaClient({ ...settings, clientId: 'cpm-topics', requestTimeoutMs: 15_000, retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 } });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const absent = await absentOf(admin, topics);
    await create(admin, absent, partitions, settings);
    await onceKnown(() => checkPartitions(admin, topics, partitions));
    // Brokers know of a topic before the leaders of its partitions serve them; a publication that some of them refuse is repeated whole.
    for (const topic of absent) await onceKnown(() => admin.fetchTopicOffsets(topic));
    const found = await onceKnown(() => settingsOf(admin, topics, [TIMESTAMP_TYPE, COMPRESSION_TYPE]));
    checkTimestamps(found);
    for (const [topic, values] of found) {
      if (values.get(COMPRESSION_TYPE) !== UNCOMPRESSED) await keepUncompressed(admin, topic);
    }
  } finally {
    await admin.disconnect();
  }
}

async function create(admin: Admin, absent: readonly string[], partitions: number, settings: TopicSettings): Promise<void> {
  const { replicas = { count: 1, required: 1 }, retentionMs = WEEK_MS } = settings;
  // Who may not create topics is not to ask for it in vain.
  if (absent.length === 0) return;
  const configEntries = [
    { name: TIMESTAMP_TYPE, value: 'LogAppendTime' },
    { name: 'cleanup.policy', value: 'delete' },
    { name: COMPRESSION_TYPE, value: UNCOMPRESSED },
    { name: 'min.insync.replicas', value: String(replicas.required) },
    { name: 'retention.ms', value: String(retentionMs) },
    { name: 'unclean.leader.election.enable', value: 'false' },
  ];
  try {
    await admin.createTopics({ waitForLeaders: false, topics: absent.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: replicas.count, configEntries })) });
  } catch (error) {
    throw deniedCreation(error, settings.security?.sasl?.username) ?? error;
  }
}

/** An error that says what is to be done where the broker refused for want of a right; undefined where it failed otherwise. */
function deniedCreation(error: unknown, principal = 'this client'): Error | undefined {
  const { errors = [error] } = error as { errors?: readonly unknown[] };
  const denied = errors.map((one) => one as { type?: string; topic?: string }).filter(({ type }) => type?.endsWith('AUTHORIZATION_FAILED'));
  if (denied.length === 0) return undefined;
  const names = denied.map(({ topic }) => topic).join(', ');
  return new Error(`${principal} may not see ${names}, or it does not exist, and has no right CREATE: an administrator has to create the topic and to grant READ or WRITE on it`, { cause: error });
}

async function absentOf(admin: Admin, topics: readonly string[]): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  return topics.filter((topic) => !existing.has(topic));
}

/** Repeats a question to a broker that has not heard yet of a topic that another broker made a moment ago. */
async function onceKnown<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const giveUpAt = performance.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!NOT_KNOWN_YET.has((error as { type?: string }).type ?? '') || performance.now() > giveUpAt) throw error;
      await pause(KNOWN_PAUSE_MS);
    }
  }
}

async function checkPartitions(admin: Admin, wanted: readonly string[], partitions: number): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [...wanted] });
  for (const { name, partitions: { length } } of topics) {
    if (length !== partitions) throw new Error(`topic ${name} has ${length} partitions and must have ${partitions}: a user's records would change partition, so the count is fixed for ever`);
  }
}

/** Topics of earlier versions were made otherwise. @throws naming the topic when it may not be changed */
async function keepUncompressed(admin: Admin, topic: string): Promise<void> {
  const about = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic };
  const { resources: [resource] } = await admin.describeConfigs({ includeSynonyms: false, resources: [about] });
  // The request replaces all that was set for the topic.
  const own = (resource?.configEntries ?? []).filter(({ configName, configSource }) => configName !== COMPRESSION_TYPE && configSource === kafkajs.ConfigSource.TOPIC_CONFIG);
  const configEntries = [...own.map(({ configName, configValue }) => ({ name: configName, value: configValue })), { name: COMPRESSION_TYPE, value: UNCOMPRESSED }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ ...about, configEntries }] }).catch((error: unknown) => {
    throw new Error(`topic ${topic} must have ${COMPRESSION_TYPE} ${UNCOMPRESSED}, and it may not be changed: ${(error as Error).message}`, { cause: error });
  });
}

function checkTimestamps(found: Found): void {
  for (const [topic, values] of found) {
    const value = values.get(TIMESTAMP_TYPE);
    if (value !== 'LogAppendTime') throw new Error(`topic ${topic} has ${TIMESTAMP_TYPE} ${value} and must have LogAppendTime: decisions take the append time for the time`);
  }
}

/** Values of settings by name, by topic. */
type Found = readonly (readonly [topic: string, values: ReadonlyMap<string, string>])[];

async function settingsOf(admin: Admin, topics: readonly string[], names: readonly string[]): Promise<Found> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((topic) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [...names] })),
  });
  return resources.map(({ resourceName, configEntries }) => [resourceName, new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]))] as const);
}
