import { requirement } from '@cpm/runtime-decider';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import { startJsmppSimulator, type SmscPeer } from '@cpm/testing-smsc-peers';
import { GatewayUnderTest, number, until } from './gateway.fixture.js';
import { TEXTS } from './texts.fixture.js';

let mongo: MongoService;
let peer: SmscPeer;

beforeAll(async () => {
  [mongo, peer] = await Promise.all([startMongo(), startJsmppSimulator()]);
}, 120_000);
afterAll(async () => {
  await Promise.all([mongo.stop(), peer.stop()]);
});

describe('JSMPP\'s simulator', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await GatewayUnderTest.start(mongo, peer.url);
    await gateway.bound();
  });
  afterAll(() => gateway.stop());

  it('sends a text of a handset as soon as it is bound, from a short code to one: taken once, and the link goes on', async () => {
    await until(async () => (await gateway.metric('cpm_sms_inbound_total')) === 1, { peer });
    expect(await gateway.metric('cpm_smpp_bound')).toBe(1);
  });

  requirement('CPM-MLD-028a', () => {
    it('gets texts of one and of many segments; each is reported as delivered once, after all of them', async () => {
      const before = await gateway.metric('cpm_sms_receipts_total', 'fate="reported"');
      const ids = await Promise.all(TEXTS.map(([, , text]) => gateway.submit({ to: number(), text })));
      await until(() => ids.every((id) => gateway.toldOf(id).includes('delivered')), { peer });
      expect(ids.map((id) => gateway.toldOf(id))).toEqual(ids.map(() => ['submitted', 'delivered']));
      // Ids are hex in its responses and decimal in its receipts: every one found its segment.
      const segments = TEXTS.reduce((sum, [, count]) => sum + count, 0);
      expect(await gateway.metric('cpm_sms_receipts_total', 'fate="reported"')).toBe(before + segments);
      expect(await gateway.metric('cpm_sms_receipts_total', 'fate="unreadable"')).toBe(0);
    });
  });
});

describe('credentials that JSMPP refuses', () => {
  it.each([
    ['password', (url: string) => url.replace('secret', 'wrong'), 0x0e],
    ['system id', (url: string) => url.replace('esme1', 'other'), 0x0f],
  ])('wrong %s: one attempt, then a long wait', async (_, wrong, status) => {
    const gateway = await GatewayUnderTest.start(mongo, wrong(peer.url));
    try {
      await until(() => gateway.linkEvents().some(({ smpp }) => smpp === 'reconnect-scheduled'), { peer });
      const events = gateway.linkEvents();
      expect(events.filter(({ smpp }) => smpp === 'bind-refused')).toMatchObject([{ status }]);
      expect(events.filter(({ smpp }) => smpp === 'reconnect-scheduled')[0]?.delayMs).toBeGreaterThanOrEqual(60_000);
      expect(await gateway.metric('cpm_smpp_bound')).toBe(0);
      const id = await gateway.submit({ to: number() });
      await until(async () => (await gateway.metric('cpm_sms_submissions_total', 'outcome="later"')) === 1, { peer });
      expect(gateway.toldOf(id)).toEqual([]);
    } finally {
      await gateway.stop();
    }
  });
});
