import { hash } from 'node:crypto';
import { databaseOf } from '../database.js';
import { until } from '../edge-world.fixture.js';
import { bob, phone, setStage, tablet, type StreamClient } from './stream-stage.fixture.js';

const stage = setStage();

/** As the device registry writes it; the token was issued in an earlier second. */
const remove = (whom: string, at = Date.now() + 1_000) => databaseOf(stage.world.connection).collection('device-registry.revocations').insertOne({ h: hash('sha256', whom), at });
const isClosed = (client: StreamClient) => until(() => client.closed !== undefined);

describe('a live connection', () => {
  it('ends with its token, and is not heard after it', async () => {
    const client = await stage.open({ claims: { user: bob, device: phone, expiresInSec: 2 } });
    await client.settled();
    await isClosed(client);
    expect(client.closed).toEqual({ code: 4401, reason: 'the token expired' });
    await until(() => stage.access.at(-1)?.state === 'UNAVAILABLE');
  });

  it('ends when its device is removed, and those of other devices do not', async () => {
    const [gone, staying] = [await (await stage.open()).settled(), await (await stage.open({ claims: { user: bob, device: tablet } })).settled()];
    const begun = Date.now();
    await remove(`${bob}|${phone}`);
    await isClosed(gone);
    expect(gone.closed).toEqual({ code: 4403, reason: 'the device is not registered any more' });
    expect(Date.now() - begun).toBeLessThan(5_000);
    await staying.settled();
  });

  it('ends when its user is removed, on all devices', async () => {
    const clients = [await (await stage.open()).settled(), await (await stage.open({ claims: { user: bob, device: tablet } })).settled()];
    await remove(bob);
    for (const client of clients) await isClosed(client);
    expect(clients.map(({ closed }) => closed?.code)).toEqual([4403, 4403]);
  });

  it('is not heard while its client does not agree to the end, and ends without it', async () => {
    const client = await (await stage.open()).settled();
    // It reads nothing any more, so it never learns that it should go.
    (client.socket as unknown as { _socket: { pause(): void } })._socket.pause();
    await remove(`${bob}|${phone}`);
    await until(() => stage.access.at(-1)?.state === 'UNAVAILABLE');
    expect(stage.world.published('routing')).toEqual([]);
  });
});

describe('a handshake', () => {
  it('of a device that was removed is closed with its reason, and every call refused', async () => {
    const token = await stage.world.token({ user: bob, device: phone });
    await (await stage.open({ token })).settled();
    await remove(`${bob}|${phone}`);
    const call = () => fetch(`${stage.world.url}/cpm/v1/files/unknown`, { headers: { authorization: `Bearer ${token}` } });
    await until(async () => (await call()).status === 403);
    expect(await (await call()).json()).toMatchObject({ type: 'urn:problem-type:cpm:token-revoked' });
    for (const how of [{ token }, { protocols: ['cpm.v1', `bearer.${token}`] }]) {
      const client = await stage.open(how);
      await isClosed(client);
      expect(client.closed).toMatchObject({ code: 4403 });
    }
  });

  it('with a token that was issued after the removal is let in when the device is registered again', async () => {
    const other = await (await stage.open({ claims: { user: bob, device: tablet } })).settled();
    await remove(`${bob}|${phone}`, Date.now() - 60_000);
    await remove(`${bob}|${tablet}`);
    await isClosed(other);
    await (await stage.open()).settled();
  });

  it.each<[string | undefined, number | undefined]>([[undefined, undefined], ['https://cpm.example', undefined], ['https://app.example', undefined], ['https://evil.example', 403], ['null', 403]])(
    'of a page of %s is answered with %s',
    async (origin, status) => {
      await stage.restart({ PUBLIC_URL: 'https://cpm.example', CORS_ORIGINS: 'https://app.example' });
      const client = await stage.open({ protocols: ['cpm.v1', `bearer.${await stage.world.token({ user: bob, device: phone })}`], options: origin === undefined ? {} : { headers: { origin } } });
      if (status === undefined) await client.settled();
      await until(() => client.refused === status);
      expect(stage.access.length).toBe(status === undefined ? 1 : 0);
    },
  );
});

it('hears a client that says too much at the rate that is configured, and loses nothing of it', async () => {
  await stage.restart({ EDGE_FRAMES_PER_SEC: 200, EDGE_FRAMES_BURST: 20 });
  const client = await (await stage.open()).settled();
  const begun = Date.now();
  const said = 220;
  for (let message = 0; message < said; message += 1) client.say({ ping: 'x'.repeat(60) });
  await until(() => client.frames.filter(({ type }) => type === 'pong').length === said + 1, 10_000);
  // What came in one piece is heard in one piece; the pause comes after it.
  await client.settled();
  expect(Date.now() - begun).toBeGreaterThan(900);
});
