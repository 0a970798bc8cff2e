import { startKafkaCluster, startToxiproxy, type KafkaCluster, type Toxiproxy } from '@cpm/testing-containers';
import { collecting, openInbox, until, type Inbox } from './kafka-under-test.js';

const LIMIT_MS = 240_000;
const PARTITIONS = 6;
let toxiproxy: Toxiproxy;
let kafka: KafkaCluster;
let inbox: Inbox;

beforeAll(async () => {
  toxiproxy = await startToxiproxy();
  kafka = await startKafkaCluster(toxiproxy);
  inbox = await openInbox(kafka.brokers, { count: 3, required: 2 });
}, LIMIT_MS);
afterAll(async () => {
  kafka.nodes.forEach((node) => node.resume());
  await inbox.close();
  await kafka.stop();
  await toxiproxy.stop();
}, LIMIT_MS);

/** As many values as make sure that each broker leads a partition of one of them. */
const batch = (name: string) => Array.from({ length: PARTITIONS * 5 }, (_, index) => `${name}-${index}`);

/** As the engine does: what is not known to be in the log is published again. */
async function insist(values: readonly string[]): Promise<void> {
  await until(() => inbox.publish(values).then(() => true, () => false));
}

it.each([1, 2, 3])('publishes and reads on while broker %i is held still: its connections stay open and nothing comes', async (number) => {
  const node = kafka.nodes[number - 1]!;
  const values: string[] = [];
  const consumer = await inbox.consume(collecting(values), { groupId: `spec-${number}` });
  await insist(batch(`before-${number}`));
  await until(() => batch(`before-${number}`).every((value) => values.includes(value)));
  node.pause();
  await insist(batch(`during-${number}`));
  await until(() => batch(`during-${number}`).every((value) => values.includes(value)));
  node.resume();
  expect(consumer.statuses).not.toContain('crashed');
}, LIMIT_MS);
