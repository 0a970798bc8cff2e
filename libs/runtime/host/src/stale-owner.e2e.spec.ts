import { groupOf, inboxOf } from '@cpm/runtime-decider';
import { connectMongo } from '@cpm/runtime-mongo';
import { startLocalStack, type LocalStack } from '@cpm/testing-containers';
import kafkajs from 'kafkajs';
import type { Connection } from 'mongoose';
import { LISTENER, listenerOf, Pause, startOwner, wordsOf, type OwnerProcess, type Step } from './stale-owner.fixture.js';
import { testIdentityProvider, type TestIdentityProvider } from './testing/index.js';

/** Each of its own service, so that all can be tried at once: a pause lasts longer than a member may be silent. */
const CASES = { write: wordsOf('routing'), publish: wordsOf('access-awareness'), commit: wordsOf('client-edge') } as const;
const USERS: Readonly<Record<Step, string>> = { write: 'tel:+4915110000001', publish: 'tel:+4915110000002', commit: 'tel:+4915110000003' };
const STEPS = ['write', 'publish', 'commit'] as const;
const LIMIT_MS = 120_000;

interface Story {
  readonly stale: OwnerProcess;
  readonly pause: Pause;
  /** Words counted and committed offset, each time they were looked at. */
  readonly seen: (readonly [counted: number, committed: number])[];
}

let stack: LocalStack;
let identity: TestIdentityProvider;
let connection: Connection;
let admin: kafkajs.Admin;
let stories: Readonly<Record<Step, Story>>;
const owners: OwnerProcess[] = [];

const until = async (condition: () => boolean | Promise<boolean>, what: string) => {
  for (const deadline = Date.now() + 60_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
const countOf = async (collection: string, user: string): Promise<number> =>
  ((await connection.collection<{ _id: string; st: { count: number } }>(collection).findOne({ _id: user }))?.st.count) ?? 0;
const committedBy = async (step: Step): Promise<number> => {
  const { name } = CASES[step].definition;
  const [topic] = await admin.fetchOffsets({ groupId: groupOf(name), topics: [inboxOf(name)] });
  return Number(topic?.partitions[0]?.offset);
};

async function play(step: Step): Promise<Story> {
  const { definition, Said } = CASES[step];
  const user = USERS[step];
  const environment = { KAFKA_BROKERS: stack.kafka.brokers.join(','), MONGODB_URI: stack.mongo.uri, MONGODB_DATABASE: 'stale-owner', CPM_JWKS_URL: identity.jwksUrl };
  const start = async (pause?: Pause) => {
    const owner = await startOwner(definition, environment, pause);
    owners.push(owner);
    return owner;
  };
  const seen: Story['seen'] = [];
  const look = async () => { seen.push([await countOf(`${definition.name}.saying`, user), await committedBy(step)]); };
  const handled = async (count: number) => {
    await until(async () => (await countOf(`${definition.name}.saying`, user)) === count && (await committedBy(step)) === count, `${step}: ${count} words handled`);
    await look();
  };

  const pause = new Pause(step);
  const stale = await start(pause);
  await stale.say(Said, user);
  await handled(1);
  pause.arm();
  await stale.say(Said, user);
  await pause.reached;
  const next = await start();
  // The paused owner is silent for longer than a member may be.
  await handled(2);
  await next.say(Said, user);
  await handled(3);
  pause.goOn();
  await until(() => pause.outcome !== undefined, `${step}: the stale owner goes on`);
  await look();
  await next.say(Said, user);
  await handled(4);
  return { stale, pause, seen };
}

/** The identities of the words that stand in the listener's log about a user. */
async function wordsInLog(user: string): Promise<readonly string[]> {
  const consumer = new kafkajs.Kafka({ brokers: stack.kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).consumer({ groupId: `look-${user}`, maxWaitTimeInMs: 100 });
  const ids: string[] = [];
  const [end] = await admin.fetchTopicOffsets(inboxOf(LISTENER));
  await consumer.connect();
  await consumer.subscribe({ topics: [inboxOf(LISTENER)], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        if (message.key?.toString() === user) ids.push((JSON.parse(String(message.value)) as { id: string }).id);
        if (Number(message.offset) === Number(end?.high) - 1) resolve();
      },
    }).catch(reject);
  });
  await consumer.disconnect();
  return ids;
}

beforeAll(async () => {
  identity = await testIdentityProvider();
  stack = await startLocalStack();
  admin = new kafkajs.Kafka({ brokers: stack.kafka.brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  connection = await connectMongo(stack.mongo.uri, { driver: { dbName: 'stale-owner' } });
  const environment = { KAFKA_BROKERS: stack.kafka.brokers.join(','), MONGODB_URI: stack.mongo.uri, MONGODB_DATABASE: 'stale-owner', CPM_JWKS_URL: identity.jwksUrl };
  owners.push(await startOwner(listenerOf(Object.values(CASES)), environment));
  const [write, publish, commit] = await Promise.all(STEPS.map(play)) as [Story, Story, Story];
  stories = { write, publish, commit };
}, 300_000);
afterAll(async () => {
  await Promise.all(owners.map(({ host }) => host.close()));
  await connection.close();
  await admin.disconnect();
  await stack.stop();
  await identity.forget();
}, LIMIT_MS);

it.each(STEPS)('an owner that stopped before its %s, and wakes when another has its partitions, changes neither state nor offsets', (step) => {
  expect(stories[step].seen).toEqual([[1, 1], [2, 2], [3, 3], [3, 3], [4, 4]]);
});

it.each(STEPS)('whoever listens hears each word once, though an owner stopped before its %s', async (step) => {
  await until(async () => (await countOf(`${LISTENER}.hearing`, USERS[step])) >= 4, 'four words');
  const [offsets] = await admin.fetchOffsets({ groupId: groupOf(LISTENER), topics: [inboxOf(LISTENER)] });
  const [end] = await admin.fetchTopicOffsets(inboxOf(LISTENER));
  // Nothing is under way any more that could be counted later.
  expect(offsets?.partitions[0]?.offset).toBe(end?.high);
  expect(await countOf(`${LISTENER}.hearing`, USERS[step])).toBe(4);
}, LIMIT_MS);

it('the write of a stale owner is fenced by the version of the document, counted, and nothing of it is published', async () => {
  expect(stories.write.pause.outcome).toBe('conflict');
  expect(await stories.write.stale.measured('cpm_write_conflicts_total')).toBe(1);
  const ids = await wordsInLog(USERS.write);
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
}, LIMIT_MS);

it('what a stale owner publishes late is a copy with the same identity, which its listener drops', async () => {
  expect(stories.publish.pause.outcome).toBe('done');
  const ids = await wordsInLog(USERS.publish);
  expect(ids).toHaveLength(5);
  expect(new Set(ids).size).toBe(4);
}, LIMIT_MS);

it('the broker refuses the commit of a stale owner', () => {
  expect(stories.commit.pause.outcome).toBe('OwnershipLostError');
});
