import { connectMongo } from '@cpm/runtime-mongo';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import type { Connection } from 'mongoose';
import { auditIdAt, InMemoryAuditLog, type AuditEntry, type AuditLog } from './audit-log.js';
import { MongoAuditLog } from './mongo-audit-log.js';

let mongo: MongoService;
let connection: Connection;

beforeAll(async () => {
  mongo = await startMongo();
  connection = await connectMongo(mongo.uri, { driver: { dbName: 'audit' } });
}, 120_000);
afterAll(async () => {
  await connection.close();
  await mongo.stop();
});
beforeEach(() => connection.dropDatabase());

const entry = (at: number, whom?: string): AuditEntry => ({ id: `${auditIdAt(at)}-${whom ?? 'x'}`, at, act: `act-${at}`, who: 'root', scope: 'operator', what: 'policy.replace', ...(whom !== undefined && { whom }), outcome: 'done' });

describe.each([
  ['in memory', (): AuditLog => new InMemoryAuditLog()],
  ['in MongoDB', (): AuditLog => new MongoAuditLog(connection)],
])('the audit log %s', (_, make) => {
  it('gives what was done since, to whom, in pages', async () => {
    const log = make();
    const all = [entry(1_000, 'alice'), entry(2_000), entry(3_000, 'bob'), entry(4_000, 'alice')];
    for (const one of [...all].reverse()) await log.append(one);
    expect(await log.list({}, 10)).toEqual({ entries: all });
    expect((await log.list({ whom: 'alice' }, 10)).entries.map(({ at }) => at)).toEqual([1_000, 4_000]);
    expect((await log.list({ since: 2_000 }, 10)).entries.map(({ at }) => at)).toEqual([2_000, 3_000, 4_000]);
    const first = await log.list({ since: 1_500 }, 2);
    expect(first.entries.map(({ at }) => at)).toEqual([2_000, 3_000]);
    expect(await log.list({ since: 1_500, cursor: first.cursor }, 2)).toEqual({ entries: [all[3]] });
  });

  it('refuses to write anything twice or anew', async () => {
    const log = make();
    if (log instanceof InMemoryAuditLog) return;
    await log.append(entry(1_000));
    await expect(log.append(entry(1_000))).rejects.toThrow();
  });
});
