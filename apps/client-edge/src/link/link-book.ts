import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { UCN_LINK_REMEMBERED_MS, UCN_LINKS, type UcnLink } from '@cpm/contracts-sms-interworking-gateway';
import { permits, type Link } from '@cpm/domain-client-edge';
import { tokenHash } from '@cpm/message-tags';
import type { Clock } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';
import type { Connection, mongo } from 'mongoose';
import { COMMITTED, collectionOf, MAJORITY } from '../database.js';
import { CLOCK, MONGO } from '../ports.js';
import { LinkedMessages, type LinkedMessage } from './linked-messages.js';

/** A link as it stands, with the message it is for; `message` undefined while the store does not have it yet. */
export interface StandingLink extends Link {
  readonly id: string;
  readonly user: CpmAddress;
  readonly messageId: string;
  readonly message: LinkedMessage | undefined;
  readonly obtained: boolean;
}

type LinkDocument = UcnLink & { readonly _id: string };

/** What became of a link, id as the link's. */
interface UseDocument {
  readonly _id: string;
  readonly uses?: number;
  readonly revoked?: true;
  readonly obtained?: true;
  /** Hashes of what confirmations granted, until epoch ms. */
  readonly grants?: readonly { readonly id: string; readonly until: number }[];
  readonly delAt: Date;
}

/** How long the content can be fetched after a confirmation. */
const GRANT_MS = 600_000;
const GRANT_BYTES = 16;
const DUPLICATE_KEY = 11_000;

/** The links of notifications: the gateway's, read, and how often each was used. Tokens and grants are looked up by their hash. */
@Injectable()
export class LinkBook implements OnModuleInit {
  constructor(
    @Inject(MONGO) private readonly connection: Connection,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LinkedMessages) private readonly messages: LinkedMessages,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.uses.createIndexes([{ key: { delAt: 1 }, expireAfterSeconds: 0, name: 'remembered' }]);
  }

  /** Undefined when there never was such a link. Known and unknown tokens cost the same look-ups. */
  async find(token: string): Promise<StandingLink | undefined> {
    const id = tokenHash(token);
    const [link, use] = await Promise.all([this.links.findOne({ _id: id }, { readConcern: COMMITTED }), this.uses.findOne({ _id: id }, { readConcern: COMMITTED })]);
    const message = await this.messages.find(link ?? { user: '', messageId: id });
    if (!link) return undefined;
    const { user, messageId, expiresAt, maxUses } = link;
    return { id, user, messageId, expiresAt, maxUses, uses: use?.uses ?? 0, revoked: use?.revoked ?? false, removed: message?.deleted ?? false, obtained: use?.obtained ?? false, message };
  }

  /** Counts one use and gives the grant to fetch the content with; undefined when another request was first and the link is at its end. */
  async confirm(token: string): Promise<string | undefined> {
    const grant = randomBytes(GRANT_BYTES).toString('base64url');
    for (let link = await this.find(token); link && permits('confirm', link, this.clock.now()); link = await this.find(token)) {
      if (await this.count(link, grant)) return grant;
    }
    return undefined;
  }

  /** Whether the grant was given for this link and still counts. */
  async isGranted({ id }: Pick<StandingLink, 'id'>, grant: string): Promise<boolean> {
    const granted = { grants: { $elemMatch: { id: tokenHash(grant), until: { $gt: this.clock.now() } } } };
    return (await this.uses.findOne({ _id: id, ...granted }, { readConcern: COMMITTED, projection: { _id: 1 } })) !== null;
  }

  async markObtained({ id, expiresAt }: Pick<StandingLink, 'id' | 'expiresAt'>): Promise<void> {
    await this.uses.updateOne({ _id: id }, { $set: { obtained: true }, $setOnInsert: lifeOf(expiresAt) }, { upsert: true, writeConcern: MAJORITY });
  }

  /** Takes the links of a user's message back; false when there are none. Idempotent. */
  async revoke(user: CpmAddress, messageId: string): Promise<boolean> {
    const links = await this.links.find({ user, messageId }, { readConcern: COMMITTED }).toArray();
    for (const { _id, expiresAt } of links) {
      await this.uses.updateOne({ _id }, { $set: { revoked: true }, $setOnInsert: lifeOf(expiresAt) }, { upsert: true, writeConcern: MAJORITY });
    }
    return links.length > 0;
  }

  /** False when somebody else changed the link since it was read. */
  private async count({ id, uses, expiresAt }: StandingLink, grant: string): Promise<boolean> {
    const seen = { _id: id, uses: uses === 0 ? { $in: [0, null] } : uses, revoked: { $exists: false } };
    const granted = { id: tokenHash(grant), until: this.clock.now() + GRANT_MS };
    try {
      const update = { $inc: { uses: 1 }, $push: { grants: granted }, $setOnInsert: lifeOf(expiresAt) };
      const { matchedCount, upsertedCount } = await this.uses.updateOne(seen as mongo.Filter<UseDocument>, update as mongo.UpdateFilter<UseDocument>, { upsert: uses === 0, writeConcern: MAJORITY });
      return matchedCount + upsertedCount === 1;
    } catch (error) {
      if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  private get links(): mongo.Collection<LinkDocument> {
    return collectionOf<LinkDocument>(this.connection, `sms-interworking-gateway.${UCN_LINKS}`);
  }

  private get uses(): mongo.Collection<UseDocument> {
    return collectionOf<UseDocument>(this.connection, 'client-edge.link-uses');
  }
}

function lifeOf(expiresAt: number): Pick<UseDocument, 'delAt'> {
  return { delAt: new Date(expiresAt + UCN_LINK_REMEMBERED_MS) };
}
