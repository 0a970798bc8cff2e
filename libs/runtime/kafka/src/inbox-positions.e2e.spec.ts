import { inboxOf, type ServiceName } from '@cpm/runtime-decider';
import { InboxPositions } from './inbox-positions.js';
import { collecting, kafkaForSpecs, openInbox, SILENT, until, type Inbox } from './kafka-under-test.js';

const LIMIT_MS = 60_000;
const kafka = kafkaForSpecs();
let inbox: Inbox;
let positions: InboxPositions;

beforeEach(async () => {
  inbox = await openInbox(kafka().brokers);
  positions = await InboxPositions.connect({ brokers: kafka().brokers, clientId: 'spec', log: SILENT });
}, LIMIT_MS);
afterEach(async () => {
  await positions.close();
  await inbox.close();
}, LIMIT_MS);

it('tells how much of an inbox waits, for a group that has begun and for one that has not', async () => {
  const service = inbox.topic.replace(inboxOf('|' as ServiceName).split('|')[0] as string, '').replace(inboxOf('|' as ServiceName).split('|')[1] as string, '') as ServiceName;
  const sums = async () => {
    const all = await positions.read([service]);
    expect(all.map(({ partition }) => partition).toSorted()).toEqual([0, 1, 2]);
    return [all.reduce((sum, { end }) => sum + end, 0), all.reduce((sum, { committed }) => sum + committed, 0)];
  };
  await inbox.publish(Array.from({ length: 30 }, (_, at) => String(at)));
  // A new broker has to load what it knows of groups.
  await until(() => sums().then(() => true, () => false));
  expect(await sums()).toEqual([30, 0]);
  const values: string[] = [];
  await inbox.consume(collecting(values));
  await until(() => values.length === 30);
  await until(async () => (await sums())[1] === 30);
  await inbox.publish(['more']);
  expect((await sums())[0]).toBe(31);
}, LIMIT_MS);
