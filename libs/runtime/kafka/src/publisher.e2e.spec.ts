import kafkajs from 'kafkajs';
import { collecting, kafkaForSpecs, openInbox, until, type Inbox } from './kafka-under-test.js';

const LIMIT_MS = 30_000;
const MEBIBYTE = 1024 * 1024;
const kafka = kafkaForSpecs();
let inbox: Inbox;
beforeEach(async () => {
  inbox = await openInbox(kafka().brokers);
}, LIMIT_MS);
afterEach(() => inbox.close(), LIMIT_MS);

it('cuts a publication that is larger than the broker takes at once, in order', async () => {
  const sent = Array.from({ length: 300 }, (_, index) => `${index}-${'ä'.repeat(4_000)}`);
  await inbox.publish(sent, () => 'one key');
  const values: string[] = [];
  await inbox.consume(collecting(values));
  await until(() => values.length === sent.length);
  expect(values).toEqual(sent);
}, LIMIT_MS);

it.each([
  ['for any request', 2 * MEBIBYTE, MEBIBYTE],
  ['only for its topic', 64 * 1024, 32 * 1024],
])('fails only the call whose record is too large %s', async (_, size, topicLimit) => {
  const admin = new kafkajs.Kafka({ brokers: [...kafka().brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: String(topicLimit) }, { name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: inbox.topic, configEntries }] });
  await admin.disconnect();
  // The first call is on its way while the others gather for the next request.
  const calls = ['first', 'a', 'x'.repeat(size), 'b'].map((value) => inbox.publish([value], () => 'one key'));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  const values: string[] = [];
  await inbox.consume(collecting(values));
  await until(() => values.length === 3);
  expect(values).toEqual(['first', 'a', 'b']);
}, LIMIT_MS);

it('starts a new round for a call made as the last one is answered', async () => {
  for (let round = 0; round < 50; round += 1) await inbox.publish([`${round}`]);
}, LIMIT_MS);

it('rejects when the topic does not exist', async () => {
  await expect(inbox.publisher.publish([{ topic: 'no-such-topic', key: 'k', value: 'v' }])).rejects.toThrow(/topic/i);
}, LIMIT_MS);

it('publishes nothing when there is nothing', async () => {
  await inbox.publisher.publish([]);
}, LIMIT_MS);
