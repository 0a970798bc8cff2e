import { randomBytes } from 'node:crypto';
import { ChangeObject } from '@cpm/contracts-message-store-sync';
import { UCN_LINKS } from '@cpm/contracts-sms-interworking-gateway';
import { tokenHash } from '@cpm/message-tags';
import type { MongoService } from '@cpm/testing-containers';
import { databaseOf } from '../database.js';
import type { EdgeConfig } from '../edge-config.js';
import { address, device, EdgeWorld } from '../edge-world.fixture.js';

export const [alice, bob] = [address(1), address(2)];
export const alicePhone = device(1);
const bobPhone = device(2);

/** What the message store keeps of a message, as far as links look at it. */
type Stored = { readonly contentType: string; readonly from?: string } & ({ readonly text: string } | { readonly contentId: string });

type LinkChange = { readonly expiresAt?: number; readonly maxUses?: number };

/** An edge, a message that Alice sent to Bob, and a link to it. */
export class LinkStage {
  readonly token = randomBytes(16).toString('base64url');

  private constructor(readonly world: EdgeWorld) {}

  static async start(mongo: MongoService, config: Partial<Record<keyof EdgeConfig, number>> = {}): Promise<LinkStage> {
    const stage = new LinkStage(await EdgeWorld.start(mongo, config));
    await stage.world.register(alice, alicePhone);
    await stage.world.register(bob, bobPhone);
    return stage;
  }

  async linked(stored: Stored, change: LinkChange = {}): Promise<void> {
    await this.offer(change);
    await this.deposit(stored);
  }

  /** The gateway's part. */
  async offer(change: LinkChange = {}): Promise<void> {
    const link = { user: bob, messageId: 'm1', expiresAt: Date.now() + 60_000, maxUses: 5, ...change };
    await this.collection(`sms-interworking-gateway.${UCN_LINKS}`).replaceOne({ _id: tokenHash(this.token) }, link, { upsert: true });
  }

  /** The message store's part. */
  async deposit(stored: Stored): Promise<void> {
    const row = { u: bob, oid: 'in-m1', from: alice, folder: `/main/${alice}`, date: Date.UTC(2026, 0, 5, 12), deleted: false, ...stored };
    await this.collection('message-store-sync.objects').replaceOne({ _id: `${bob}|in-m1` }, row, { upsert: true });
  }

  async removeMessage(): Promise<void> {
    await this.collection('message-store-sync.objects').updateOne({ _id: `${bob}|in-m1` }, { $set: { deleted: true, text: '', contentId: '' } });
  }

  /** Of Alice. */
  async upload(content: Buffer, contentType: string, fileName = 'Plan «B».bin'): Promise<string> {
    const authorization = `Bearer ${await this.world.token({ user: alice, device: alicePhone })}`;
    const answer = await fetch(`${this.world.url}/cpm/v1/files?fileName=${encodeURIComponent(fileName)}`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body: new Uint8Array(content) });
    return ((await answer.json()) as { id: string }).id;
  }

  call(method: 'GET' | 'HEAD' | 'POST', { token = this.token, language = 'en', headers = {} }: { token?: string; language?: string; headers?: Record<string, string> } = {}): Promise<Response> {
    const form = method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
    return fetch(`${this.world.url}/u/${token}`, { method, headers: { 'accept-language': language, ...form, ...headers }, ...(method === 'POST' && { body: '' }) });
  }

  /** The address of the content in a page that was confirmed. */
  async confirmed(): Promise<string> {
    return contentUrl(this.world.url, await (await this.call('POST')).text());
  }

  async revoke(messageId = 'm1', as = { user: bob, device: bobPhone }): Promise<Response> {
    return fetch(`${this.world.url}/cpm/v1/messages/${messageId}/link`, { method: 'DELETE', headers: { authorization: `Bearer ${await this.world.token(as)}` } });
  }

  /** What the message store was told. */
  changes(): Record<string, unknown>[] {
    return this.world.published('message-store-sync', ChangeObject).map(({ data }) => data);
  }

  collection(name: string) {
    return databaseOf(this.world.connection).collection<{ _id: string }>(name);
  }
}

function contentUrl(base: string, page: string): string {
  const found = /href="([^"]+)"/.exec(page)?.[1];
  if (found === undefined) throw new Error(`no content is shown: ${page}`);
  return `${base}/u/${found}`;
}
