import { DEFAULT_UCN_TEXT, policy, type Policy } from '@cpm/vocabulary';
import { mongo, type Collection, type Connection } from 'mongoose';
import { z } from 'zod';
import type { PolicyVersion, PolicyVersions } from './policy-source.js';

interface PolicyDocument {
  /** The version. */
  _id: number;
  policy: Policy;
  at: number;
}

/** A version that a newer release wrote may hold keys that are not known here, and one of an older release texts that would be refused now. */
const storedPolicy = z.object({ ...policy.shape, 'ucn.text': z.record(z.string(), z.string()).default({ ...DEFAULT_UCN_TEXT }) });

const DUPLICATE_KEY = 11_000;

/** Versions of the policy in the collection `policy`: one document each, never changed. */
export class MongoPolicyVersions implements PolicyVersions {
  private readonly collection: Collection<PolicyDocument>;

  constructor(connection: Connection) {
    this.collection = connection.collection<PolicyDocument>('policy');
  }

  /** A key that was added to the policy since has its default. */
  async newest(): Promise<PolicyVersion | undefined> {
    const [found] = await this.collection.find({}, { sort: { _id: -1 }, limit: 1, readConcern: { level: 'majority' } }).toArray();
    return found && { version: found._id, policy: storedPolicy.parse(found.policy), at: found.at };
  }

  async append({ version, policy: told, at }: PolicyVersion): Promise<boolean> {
    try {
      await this.collection.insertOne({ _id: version, policy: told, at }, { writeConcern: { w: 'majority' } });
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }
}
