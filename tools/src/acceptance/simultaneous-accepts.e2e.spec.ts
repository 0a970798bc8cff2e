import { join } from 'node:path';
import { CpmDevice } from '@cpm/client';
import { requirement } from '@cpm/runtime-decider';
import { freePort } from '@cpm/testing-containers';
import type { DemoDevice } from '../demo/demo-device.js';
import { devKeys } from '../dev-tokens/index.js';
import { ManagedChild } from '../start/managed-child.js';
import { mainOf } from '../start/services.js';
import { Acceptance, outcomeOf, until, type Household } from './acceptance.fixture.js';

const ROUNDS = 1_000;
const AT_ONCE = 20;

let world: Acceptance;
let alice: Household;
let bob: Household;
let secondEdge: ManagedChild;
/** Bob's phone on the first edge, his tablet on the second. */
let answering: readonly CpmDevice[];

beforeAll(async () => {
  world = await Acceptance.start();
  const { system } = world;
  const port = await freePort();
  const environment = {
    ...process.env, HTTP_PORT: String(port), HTTP_HOST: '127.0.0.1', LOG_LEVEL: 'warn',
    KAFKA_BROKERS: system.brokers, MONGODB_URI: system.mongoUri, CPM_JWKS_URL: (await devKeys()).jwksUrl,
  };
  secondEdge = new ManagedChild({ name: 'client-edge', script: mainOf('client-edge'), environment, logPath: join(system.logDir, 'second-edge.log'), log: () => undefined });
  await secondEdge.start();
  await until(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok || undefined, 60_000);
  alice = await world.household('Alice');
  bob = await world.household('Bob', { tablet: {} });
  const [phone, tablet] = bob.devices as [DemoDevice, DemoDevice];
  answering = [onEdge(system.url, phone), onEdge(`http://127.0.0.1:${port}`, tablet)];
}, 180_000);
afterAll(async () => {
  await secondEdge.stop();
  await world.stop();
}, 60_000);

function onEdge(url: string, { identity: { id, owner } }: DemoDevice): CpmDevice {
  return new CpmDevice({ url, deviceId: id, token: async () => (await devKeys()).sign({ scope: 'device', user: owner.address, device: id }) });
}

const ONE_WINNER = new Set(["409 accepted-elsewhere Bob's phone | ok", "409 accepted-elsewhere Bob's tablet | ok"]);

/** Each time both devices answer at once; what they are told, one line per round. */
async function race(invitation: 'session.invited' | 'file-transfer.invited', prepare: () => Promise<string>, accept: (device: CpmDevice, id: string) => Promise<unknown>): Promise<readonly string[]> {
  const rounds: string[] = [];
  for (let round = 0; round < ROUNDS; round += AT_ONCE) {
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, prepare));
    for (const id of ids) await Promise.all(bob.devices.map((device) => device.told(invitation, id)));
    const told = await Promise.all(ids.map(async (id) => Promise.all(answering.map((device) => outcomeOf(accept(device, id))))));
    rounds.push(...told.map((pair) => [...pair].sort().join(' | ')));
  }
  return rounds;
}

requirement('CPM-MLD-007a', () => {
  it(`has exactly one winner of two acceptances at once on two edges, ${ROUNDS} times`, async () => {
    const start = async () => (await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' })).id;
    const rounds = await race('session.invited', start, (device, id) => device.sessions.accept(id));
    expect(rounds.length).toBe(ROUNDS);
    expect(new Set(rounds)).toEqual(ONE_WINNER);
  });
});

requirement('CPM-MLD-020', () => {
  it(`has exactly one winner of two acceptances of a file at once on two edges, ${ROUNDS} times`, async () => {
    const { id: fileId } = await alice.phone.sdk.upload(new Uint8Array(1_000), { contentType: 'image/jpeg' });
    const offer = async () => (await alice.phone.sdk.transfers.offer({ to: [bob.person.address], fileId })).id;
    const rounds = await race('file-transfer.invited', offer, (device, id) => device.transfers.accept(id));
    expect(new Set(rounds)).toEqual(ONE_WINNER);
  });
});
