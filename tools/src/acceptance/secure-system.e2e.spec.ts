import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:tls';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inboxOf, type ServiceName } from '@cpm/runtime-decider';
import { ensureTopics, grantTopicRights, KafkaPublisher, type KafkaSecurity, type Log } from '@cpm/runtime-kafka';
import { connectMongo } from '@cpm/runtime-mongo';
import { changeScramPassword, freePort, makeAuthority, makeCertificate, type SecureStack } from '@cpm/testing-containers';
import { Kafka, logLevel } from 'kafkajs';
import { devKeys } from '../dev-tokens/index.js';
import { accessRights } from '../provision/access-rights.js';
import { mainOf } from '../start/services.js';
import { Acceptance, AUTO_SESSION, until, type Household } from './acceptance.fixture.js';

const LIMIT_MS = 60_000;
const UNKNOWN_AUTHORITY = /unable to (get local issuer|verify the first) certificate|self-signed certificate/;
const WRONG = 'not-the-password-of-anybody';

let world: Acceptance;
let stack: SecureStack;
let alice: Household;

beforeAll(async () => {
  world = await Acceptance.start({}, {}, { secure: true, processes: true });
  stack = world.system.secureStack!;
  alice = await world.household('Alice');
}, 240_000);
afterAll(() => world.stop(), LIMIT_MS);

const written: unknown[] = [];
const write = (fields: unknown, message: string) => { written.push([fields, message]); };
const log: Log = { debug: write, info: write, warn: write, error: write };

const tls = () => ({ caFile: stack.secrets.caFile });
const signedInAs = (name: string, password: string | { file: string } = { file: stack.secrets.identityOf(name).passwordFile }): KafkaSecurity =>
  ({ tls: tls(), sasl: { mechanism: 'scram-sha-512', username: name, password } });
const publisherAs = (security: KafkaSecurity | undefined, brokers = stack.kafka.brokers) => KafkaPublisher.connect({ brokers, security, clientId: 'spec', log });
const reasonOf = (attempt: Promise<unknown>): Promise<string> => attempt.then(() => 'it was let in', (error: unknown) => (error as Error).message);

const logOf = (app: string) => readFileSync(join(world.system.logDir, `${app}.log`), 'utf8');

/** What comes of one record to the inbox. */
async function writeTo(service: ServiceName, security: KafkaSecurity | undefined, brokers = stack.kafka.brokers): Promise<string> {
  const publisher = await publisherAs(security, brokers);
  return publisher.publish([{ topic: inboxOf(service), key: 'tel:+4915110000099', value: '{}' }]).then(() => 'written', (error: unknown) => (error as Error).message).finally(() => publisher.close());
}

/** Why the consumer of a service's user ends. */
async function readAs(name: string, topic: string, groupId: string): Promise<string> {
  const password = readFileSync(stack.secrets.identityOf(name).passwordFile, 'utf8').trimEnd();
  const ssl = { ca: readFileSync(stack.secrets.caFile, 'utf8') };
  const consumer = new Kafka({ brokers: stack.kafka.brokers, ssl, sasl: { mechanism: 'scram-sha-512', username: name, password }, logLevel: logLevel.NOTHING, retry: { retries: 1 } })
    .consumer({ groupId, retry: { retries: 1, restartOnFailure: async () => false } });
  const crashed = new Promise<string>((resolve) => { consumer.on('consumer.crash', ({ payload: { error } }) => resolve(error.message)); });
  const { promise: read, resolve } = Promise.withResolvers<string>();
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachBatch: async () => resolve('read') });
    return await Promise.race([crashed, read]);
  } catch (error) {
    return (error as Error).message;
  } finally {
    await consumer.disconnect();
  }
}

/** A service started as an operator might have set it up wrongly: how it ends, and what it says. */
async function startReportAggregation(changes: Readonly<Record<string, string>>): Promise<{ code: number; said: string }> {
  const environment = { ...process.env, MONGODB_URI: '', KAFKA_BROKERS: '', HTTP_PORT: '0', HTTP_HOST: '127.0.0.1', LOG_LEVEL: 'debug', CPM_JWKS_URL: 'file:///none', ...(await stack.variablesOf('report-aggregation')), ...changes };
  const child = fork(mainOf('report-aggregation'), { env: environment, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => { said += chunk.toString('utf8'); });
  child.once('message', () => child.disconnect());
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

describe('a system in which each service is a user of its own', () => {
  it('brings a message over IP and as SMS, and tells its sender once', async () => {
    const bob = await world.household('Bob', { tablet: {} });
    await world.smsOnly(bob);
    const { id } = await alice.phone.sdk.send({ to: [bob.person.address], contentType: 'text/plain', body: 'Dinner at eight?', dispositionNotification: ['positive-delivery'] });
    expect(await bob.devices[1]!.received(id)).toMatchObject({ body: 'Dinner at eight?' });
    expect(await world.stage.network.firstTextTo(bob.person)).toMatchObject({ text: 'Dinner at eight?' });
    await alice.phone.reported(id, 'delivered');
    await world.stage.operator.decision(id, { that: 'the second report is suppressed', fits: ({ service, reason }) => service === 'report-aggregation' && reason === 'already-reported' });
    await world.stored(bob.devices[1]!.sdk, bob.person.address, id);
    expect(alice.phone.reports(id)).toEqual(['delivered']);
  }, LIMIT_MS);

  it('holds a session', async () => {
    const bob = await world.household('Bob', { tablet: AUTO_SESSION });
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    await alice.phone.told('session.established', id);
    const said = await alice.phone.sdk.sessions.say(id, { body: 'Are you there?' });
    expect(await bob.devices[1]!.told('session.message', said.id)).toMatchObject({ body: 'Are you there?' });
  }, LIMIT_MS);

  it('shows operators the audit log, dead letters of all services and the export of a box', async () => {
    const { id } = await alice.phone.sdk.send({ to: [alice.person.address], contentType: 'text/plain', body: 'To me' });
    await world.stored(alice.phone.sdk, alice.person.address, id);
    const headers = { authorization: `Bearer ${await (await devKeys()).sign({ scope: 'operator' })}` };
    const get = async (path: string) => fetch(`${world.system.url}${path}`, { headers });
    expect((await get('/admin/v1/dead-letters')).status).toBe(200);
    expect(await (await get(`/admin/v1/subscribers/${encodeURIComponent(alice.person.address)}/export`)).text()).toContain('To me');
    expect(await (await get(`/admin/v1/audit?address=${encodeURIComponent(alice.person.address)}`)).text()).toContain('box.export');
  }, LIMIT_MS);

  it('ends a service whose password the broker takes no longer, which runs again with the new one from its file', async () => {
    const { passwordFile } = stack.secrets.identityOf('report-aggregation');
    const health = async () => (await fetch(`${world.system.url}/health/ready`)).json() as Promise<{ status: string; reasons?: string[] }>;
    const pid = world.system.pids.get('report-aggregation');
    try {
      await changeScramPassword(stack, 'report-aggregation', 'another-password');
      await until(() => logOf('report-aggregation').includes('crashed for good: SASL SCRAM SHA512 authentication failed') || undefined, LIMIT_MS);
      await until(async () => (await health()).reasons?.includes('report-aggregation: does not answer') ?? undefined, LIMIT_MS);
    } finally {
      await writeFile(passwordFile, 'another-password\n');
    }
    await until(async () => (await health()).status === 'ready' || undefined, LIMIT_MS);
    expect(world.system.pids.get('report-aggregation')).not.toBe(pid);
  }, 4 * LIMIT_MS);

  it('leaves no password in its logs', () => {
    for (const app of world.system.pids.keys()) {
      const logged = logOf(app);
      for (const { password } of stack.secrets.identities) expect(logged.includes(password)).toBe(false);
      expect(logged).not.toContain('another-password');
    }
  });
});

describe('the broker', () => {
  beforeAll(() => world.system.stopServices(), LIMIT_MS);

  it('lets a service read its own inbox and write where it has something to say', async () => {
    for (const service of ['routing', 'client-edge'] as const) {
      expect(await writeTo(service, signedInAs('routing'))).toBe('written');
      expect(await readAs(service, inboxOf(service), `cpm.${service}`)).toBe('read');
    }
  }, LIMIT_MS);

  it('refuses the inbox of another service to one that may write to it, and to one that may not', async () => {
    expect(await readAs('client-edge', inboxOf('routing'), 'cpm.client-edge')).toContain('Not authorized to access topics');
    expect(await readAs('report-aggregation', inboxOf('routing'), 'cpm.report-aggregation')).toContain('Not authorized to access topics');
  }, LIMIT_MS);

  it('refuses the group of another service', async () => {
    expect(await readAs('client-edge', inboxOf('client-edge'), 'cpm.routing')).toBe('Not authorized to access group: Group authorization failed');
  }, LIMIT_MS);

  it.each([['report-aggregation', 'routing'], ['client-edge', 'report-aggregation'], ['access-awareness', 'client-edge']] as const)(
    'refuses what %s would write to %s', async (writer, reader) => {
      expect(await writeTo(reader, signedInAs(writer))).toContain('Not authorized to access topics');
    }, LIMIT_MS);

  it('refuses right away what it was told to let nobody do any more', async () => {
    const { kafka } = accessRights().find((one) => one.kafka.principal === 'client-edge')!;
    const { [inboxOf('routing')]: _, ...fewer } = kafka.topics;
    await grantTopicRights([{ ...kafka, topics: fewer }], { brokers: stack.kafka.brokers, security: signedInAs('admin'), log });
    expect(await writeTo('routing', signedInAs('client-edge'))).toContain('Not authorized to access topics');
    await grantTopicRights([kafka], { brokers: stack.kafka.brokers, security: signedInAs('admin'), log });
    expect(await writeTo('routing', signedInAs('client-edge'))).toBe('written');
  }, LIMIT_MS);

  it('lets no service make a topic, and the service says what is to be done', async () => {
    const making = ensureTopics(['cpm.new'], 6, { brokers: stack.kafka.brokers, security: signedInAs('routing'), log });
    await expect(making).rejects.toThrow('routing may not see cpm.new, or it does not exist, and has no right CREATE');
  }, LIMIT_MS);

  it('takes a client by its certificate, with the same rights', async () => {
    const security = { tls: { ...tls(), client: stack.secrets.identityOf('client-edge').certificate } };
    expect(await writeTo('routing', security, stack.kafka.mutualTlsBrokers)).toBe('written');
    expect(await writeTo('report-aggregation', security, stack.kafka.mutualTlsBrokers)).toContain('Not authorized to access topics');
    expect(await reasonOf(publisherAs({ tls: tls() }, stack.kafka.mutualTlsBrokers))).toMatch(/certificate|alert|ECONNRESET|[Cc]losed/);
  }, LIMIT_MS);

  it('does not talk to a client without TLS, or to one that does not say who it is', async () => {
    const reasons = await Promise.all([undefined, { tls: tls() }].map((security) => writeTo('routing', security).catch((error: unknown) => (error as Error).message)));
    for (const reason of reasons) expect(reason).toMatch(/[Cc]losed connection|disconnected|ECONNRESET/);
  }, LIMIT_MS);

  it('is not believed when its certificate is of an unknown authority, has expired, or is of another machine', async () => {
    const { folder, authority } = stack.secrets;
    const serving = async (certificate: { certFile: string; keyFile: string }, host = '127.0.0.1') => {
      const server: Server = createServer({ cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) }, (socket) => socket.on('error', () => undefined));
      const port = await freePort();
      await new Promise<void>((resolve) => { server.listen(port, host, resolve); });
      return reasonOf(publisherAs(signedInAs('routing'), [`${host}:${port}`])).finally(() => server.close());
    };
    await mkdir(join(folder, 'stranger'));
    const foreign = await makeAuthority(join(folder, 'stranger'));
    const [expired, elsewhere] = [await makeCertificate(folder, 'expired', authority, -1), await makeCertificate(folder, 'elsewhere', authority)];
    // All at once: each is tried for some seconds.
    const reasons = await Promise.all([serving(expired), serving(elsewhere, '127.0.0.2'), reasonOf(publisherAs({ tls: { caFile: foreign.certFile } }))]);
    expect(reasons).toEqual([
      expect.stringContaining('certificate has expired'), expect.stringContaining("does not match certificate's altnames"), expect.stringMatching(UNKNOWN_AUTHORITY),
    ]);
  }, LIMIT_MS);

  it('ends a service that shows a wrong password, with the reason and without the password', async () => {
    const { code, said } = await startReportAggregation({ KAFKA_SASL_PASSWORD_FILE: '', KAFKA_SASL_PASSWORD: WRONG });
    expect(code).toBe(1);
    expect(said).toContain('invalid credentials with SASL mechanism SCRAM-SHA-512');
    expect(said).not.toContain(WRONG);
    expect(JSON.stringify(written)).not.toContain(stack.secrets.identityOf('routing').password);
  }, LIMIT_MS);
});

describe('the database', () => {
  const as = async <Result>(name: string, work: (database: NonNullable<Awaited<ReturnType<typeof connectMongo>>['db']>) => Promise<Result>): Promise<Result | string> => {
    const connection = await connectMongo(stack.mongoUriOf(stack.secrets.identityOf(name)), { driver: { dbName: 'cpm' } });
    return work(connection.db!).catch((error: unknown) => (error as Error).message).finally(() => connection.close());
  };

  it('lets a service read what is its own, and what its definition says of others', async () => {
    expect(await as('routing', (db) => db.collection('routing.delivery').countDocuments())).toBeGreaterThan(0);
    expect(await as('routing', (db) => db.collection('device-registry.subscriber').countDocuments())).toBeGreaterThan(0);
  }, LIMIT_MS);

  it.each([['report-aggregation', 'routing.delivery'], ['device-registry', 'message-store-sync.objects'], ['access-awareness', 'sms-interworking-gateway.secrets']])(
    'refuses to let %s look into %s', async (name, collection) => {
      expect(await as(name, (db) => db.collection(collection).findOne())).toContain(`not authorized on cpm to execute command { find: "${collection}"`);
    }, LIMIT_MS);

  it('refuses to change what a service may only look at, and what was written down for good', async () => {
    expect(await as('routing', (db) => db.collection('device-registry.subscriber').deleteMany({}))).toContain('not authorized');
    expect(await as('device-registry', (db) => db.collection('audit').deleteMany({}))).toContain('not authorized');
    expect(await as('device-registry', (db) => db.collection('audit').updateMany({}, { $set: { who: 'nobody' } }))).toContain('not authorized');
    expect(await as('routing', (db) => db.dropDatabase())).toContain('not authorized');
  }, LIMIT_MS);

  it('runs no JavaScript', async () => {
    expect(await as('routing', (db) => db.collection('routing.delivery').findOne({ $where: 'true' }))).toMatch(/no globalScriptEngine|[Jj]ava[Ss]cript/);
  }, LIMIT_MS);

  it('does not answer who has no name, a wrong password, no TLS, or does not believe it', async () => {
    const { caFile, folder } = stack.secrets;
    const uri = stack.mongoUriOf(stack.secrets.identityOf('routing'));
    const host = /@([^/]*)\//.exec(uri)![1]!;
    const secured = `replicaSet=cpm&tls=true&tlsCAFile=${encodeURIComponent(caFile)}`;
    const anonymous = await connectMongo(`mongodb://${host}/?${secured}`, { driver: { dbName: 'cpm' } });
    expect(await reasonOf(anonymous.db!.collection('routing.delivery').findOne())).toContain('requires authentication');
    await anonymous.close();
    const foreign = uri.replace(encodeURIComponent(caFile), encodeURIComponent(join(folder, 'stranger', 'ca.pem')));
    const reasons = await Promise.all([stack.mongoUriOf({ name: 'routing', password: WRONG }), `mongodb://${host}/?replicaSet=cpm`, foreign].map((one) => reasonOf(connectMongo(one))));
    expect(reasons).toEqual(['Authentication failed.', expect.stringMatching(/closed|ECONNRESET|timed out/), expect.stringMatching(UNKNOWN_AUTHORITY)]);
  }, LIMIT_MS);

  it('ends a service that shows a wrong password, with the reason and without the password', async () => {
    const uriFile = join(stack.secrets.folder, 'wrong-uri');
    await writeFile(uriFile, stack.mongoUriOf({ name: 'report-aggregation', password: WRONG }));
    const { code, said } = await startReportAggregation({ MONGODB_URI_FILE: uriFile });
    expect(code).toBe(1);
    expect(said).toContain('Authentication failed');
    expect(said).not.toContain(WRONG);
  }, LIMIT_MS);
});
