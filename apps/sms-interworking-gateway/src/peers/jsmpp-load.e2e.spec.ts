import { startMongo, type MongoService } from '@cpm/testing-containers';
import { startStressServer, tapWire, type SmscPeer, type WireTap } from '@cpm/testing-smsc-peers';
import { GatewayUnderTest, number, until } from './gateway.fixture.js';

const MESSAGES = 5_000;
const THROTTLED = 0x58;

let mongo: MongoService;
let peer: SmscPeer;
let tap: WireTap;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  [mongo, peer] = await Promise.all([startMongo(), startStressServer({ processors: 1 })]);
  tap = await tapWire(peer);
  gateway = await GatewayUnderTest.start(mongo, tap.url, { SMPP_WINDOW: '1000' });
  await gateway.bound();
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await tap.close();
  await Promise.all([mongo.stop(), peer.stop()]);
});

it('JSMPP\'s StressServer throttles 5,000 texts at a window of 1,000: each is sent in the end, once', async () => {
  const ids = await Promise.all(Array.from({ length: MESSAGES }, () => gateway.submit({ to: number() })));
  await until(() => ids.every((id) => gateway.toldOf(id).includes('submitted')), { peer, withinMs: 60_000 });
  expect(tap.answers.get(THROTTLED)).toBeGreaterThan(0);
  expect(tap.answers.get(0)).toBe(MESSAGES);
  expect(ids.filter((id) => gateway.toldOf(id).filter((status) => status === 'submitted').length !== 1)).toEqual([]);
  expect(await gateway.metric('cpm_sms_possible_duplicates_total')).toBe(0);
});
