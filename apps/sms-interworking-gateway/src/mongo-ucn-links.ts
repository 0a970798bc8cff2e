import { randomBytes } from 'node:crypto';
import { UCN_LINK_REMEMBERED_MS, UCN_LINKS, type UcnLink } from '@cpm/contracts-sms-interworking-gateway';
import { tokenHash } from '@cpm/message-tags';
import { collectionOf, COMMITTED, MAJORITY } from '@cpm/runtime-mongo';
import { linkUrl } from '@cpm/sms-text';
import type { Collection, Connection } from 'mongoose';
import type { GatewayConfig } from './gateway-config.js';
import { linkToken, type UcnLinks } from './ucn-links.js';

type LinkDocument = UcnLink & { readonly _id: string; readonly delAt: Date };
type SecretDocument = { readonly _id: string; readonly secret: string };

const SECRET_ID = 'ucn-link';
const SECRET_BYTES = 32;
const DUPLICATE_KEY = 11_000;

/** Links under the hash of their token, which itself is kept nowhere. */
export class MongoUcnLinks implements UcnLinks {
  private readonly links: Collection<LinkDocument>;

  private constructor(
    connection: Connection,
    private readonly publicUrl: string | undefined,
    private readonly secret: string,
  ) {
    this.links = connection.collection(collectionOf('sms-interworking-gateway', UCN_LINKS)) as unknown as Collection<LinkDocument>;
  }

  /** With the configured secret, or one that the first replica makes for all. */
  static async open(connection: Connection, { PUBLIC_URL, UCN_LINK_SECRET }: Pick<GatewayConfig, 'PUBLIC_URL' | 'UCN_LINK_SECRET'>): Promise<MongoUcnLinks> {
    const links = new MongoUcnLinks(connection, PUBLIC_URL, UCN_LINK_SECRET ?? (await commonSecret(connection)));
    await links.links.createIndexes([{ key: { delAt: 1 }, expireAfterSeconds: 0 }, { key: { user: 1, messageId: 1 } }]);
    return links;
  }

  async urlOf(link: UcnLink): Promise<string> {
    if (this.publicUrl === undefined) return '';
    const token = linkToken(this.secret, link);
    const document = { ...link, delAt: new Date(link.expiresAt + UCN_LINK_REMEMBERED_MS) };
    await this.links.updateOne({ _id: tokenHash(token) }, { $setOnInsert: document }, { upsert: true, writeConcern: MAJORITY });
    return linkUrl(this.publicUrl, token);
  }
}

async function commonSecret(connection: Connection): Promise<string> {
  const secrets = connection.collection(collectionOf('sms-interworking-gateway', 'secrets')) as unknown as Collection<SecretDocument>;
  const own = { _id: SECRET_ID, secret: randomBytes(SECRET_BYTES).toString('base64url') };
  await secrets.insertOne(own, { writeConcern: MAJORITY }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error;
  });
  const kept = await secrets.findOne({ _id: SECRET_ID }, { readConcern: COMMITTED });
  if (!kept) throw new Error('the secret of links was not kept');
  return kept.secret;
}
