import { UCN_LINKS } from '@cpm/contracts-sms-interworking-gateway';
import { tokenHash } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import { collectionOf, connectMongo } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { MongoUcnLinks } from './mongo-ucn-links.js';

const bob = 'tel:+4915110000002' as CpmAddress;
const link = { user: bob, messageId: 'm1', expiresAt: Date.UTC(2030, 0, 1), maxUses: 3 };
const config = { PUBLIC_URL: 'https://m.example', UCN_LINK_SECRET: undefined };
let mongo: MongoService;
let connection: Connection;

beforeAll(async () => {
  mongo = await startMongo();
}, 60_000);
afterAll(() => mongo.stop());
beforeEach(async () => {
  connection = await connectMongo(mongo.uri, { driver: { dbName: 'ucn-links' } });
});
afterEach(async () => {
  await connection.dropDatabase();
  await connection.close();
});

const kept = () => connection.collection<{ _id: string }>(collectionOf('sms-interworking-gateway', UCN_LINKS)).find().toArray();
const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

requirement('CPM-MLD-033', () => {
  it('is the same from every replica and at every submission, and kept once, without its token', async () => {
    const replicas = await Promise.all([MongoUcnLinks.open(connection, config), MongoUcnLinks.open(connection, config), MongoUcnLinks.open(connection, config)]);
    const urls = await Promise.all([...replicas, ...replicas].map((replica) => replica.urlOf(link)));
    expect(new Set(urls).size).toBe(1);
    const [url] = urls as [string];
    expect(url).toMatch(/^https:\/\/m\.example\/u\/[\w-]{22}$/);
    expect(await kept()).toEqual([{ _id: tokenHash(tokenOf(url)), ...link, delAt: new Date(link.expiresAt + 30 * 86_400_000) }]);
    for (const { name } of await connection.listCollections()) {
      expect(JSON.stringify(await connection.collection(name).find().toArray())).not.toContain(tokenOf(url));
    }
  });

  it('is another for another message, recipient or secret', async () => {
    const links = await MongoUcnLinks.open(connection, config);
    const own = await MongoUcnLinks.open(connection, { ...config, UCN_LINK_SECRET: 'x'.repeat(32) });
    const urls = await Promise.all([links.urlOf(link), links.urlOf({ ...link, messageId: 'm2' }), links.urlOf({ ...link, user: 'tel:+4915110000003' as CpmAddress }), own.urlOf(link)]);
    expect(new Set(urls).size).toBe(4);
  });

  it('does not grow by another submission', async () => {
    const links = await MongoUcnLinks.open(connection, config);
    await links.urlOf(link);
    await links.urlOf({ ...link, maxUses: 100, expiresAt: link.expiresAt + 1 });
    expect(await kept()).toMatchObject([link]);
  });

  it('does not come to be where nobody could reach it', async () => {
    const links = await MongoUcnLinks.open(connection, { ...config, PUBLIC_URL: undefined });
    expect(await links.urlOf(link)).toBe('');
    expect(await kept()).toEqual([]);
  });
});
