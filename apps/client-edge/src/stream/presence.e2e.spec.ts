import { ReportDisposition } from '@cpm/contracts-routing';
import { until } from '../edge-world.fixture.js';
import { Cursors } from './cursors.js';
import { LiveConnections } from './live-connections.js';
import { bob, phone, setStage, tablet } from './stream-stage.fixture.js';

const stage = setStage();

describe('access', () => {
  it('is announced for a lease while the connection lives, and withdrawn after', async () => {
    await stage.restart({ EDGE_LEASE_RENEWAL_MS: 40, EDGE_LEASE_MS: 5_000, EDGE_PING_INTERVAL_MS: 40 });
    const client = await (await stage.open()).settled();
    await until(() => stage.access.length >= 3);
    const announced = stage.access;
    expect(new Set(announced.map(({ source }) => source)).size).toBe(1);
    for (const { state, validUntil, observedAt, device: of } of announced) expect([state, (validUntil ?? 0) - observedAt, of]).toEqual(['AVAILABLE', 5_000, phone]);
    client.socket.close();
    await until(() => stage.access.at(-1)?.state === 'UNAVAILABLE');
    expect(stage.access.at(-1)?.source).toBe(announced[0]?.source);
    expect(stage.access.at(-1)?.source).toMatch(/^connection\/[\w-]+$/);
  });

  it('is announced again soon when the log did not take it', async () => {
    let failures = 0;
    stage.world.publishing = (records) => {
      if (failures === 1) return stage.world.log.publish(records);
      failures += 1;
      return Promise.reject(new Error('no leader'));
    };
    await (await stage.open()).settled();
    await until(() => stage.access.length === 1);
  });

  it('through a new connection is announced before the old one is given up', async () => {
    const first = await (await stage.open()).settled();
    await (await stage.open()).settled();
    await until(() => first.closed !== undefined && stage.access.length === 3);
    expect(first.closed?.code).toBe(4001);
    const [one, two, three] = stage.access;
    expect([one?.state, two?.state, three?.state]).toEqual(['AVAILABLE', 'AVAILABLE', 'UNAVAILABLE']);
    expect(three?.source).toBe(one?.source);
    expect(two?.source).not.toBe(one?.source);
  });

  it('through a new connection at another replica ends the old one', async () => {
    const client = await (await stage.open()).settled();
    await stage.world.app.get(Cursors).claim({ id: 'elsewhere', user: bob, device: phone });
    await stage.world.app.get(LiveConnections).closeReplaced();
    await until(() => client.closed !== undefined);
    expect(client.closed?.code).toBe(4001);
  });

  it('ends with the registration of the device', async () => {
    const client = await (await stage.open()).settled();
    const other = await (await stage.open({ claims: { user: bob, device: tablet } })).settled();
    await stage.world.register(bob, tablet);
    await stage.world.app.get(LiveConnections).closeUnregistered();
    await until(() => client.closed !== undefined);
    expect(client.closed?.code).toBe(4403);
    await other.settled();
  });

  it('is withdrawn when the server stops', async () => {
    const client = await (await stage.open()).settled();
    const stopping = stage.world.app.close();
    await until(() => client.closed !== undefined && stage.access.length === 2);
    expect(client.closed?.code).toBe(1001);
    expect(stage.access[1]?.state).toBe('UNAVAILABLE');
    await stopping;
  });
});

describe('a disposition', () => {
  it('of several devices of a user makes one record', async () => {
    const clients = [await (await stage.open()).settled(), await (await stage.open({ claims: { user: bob, device: tablet } })).settled()];
    await until(async () => {
      const before = stage.world.published('routing', ReportDisposition).length;
      for (const client of clients) client.say({ disposition: { id: 'm1', status: 'delivered' } });
      await Promise.all(clients.map((client) => client.settled()));
      return stage.world.published('routing', ReportDisposition).length === before + 1;
    });
    expect(stage.world.published('routing', ReportDisposition).at(-1)).toMatchObject({ key: bob, data: { user: bob, messageId: 'm1', items: [{ status: 'delivered' }, { status: 'delivered' }] } });
  });

  it('that the log does not take is reported back, before any later ping is answered', async () => {
    const client = await (await stage.open()).settled();
    stage.world.publishing = () => Promise.reject(new Error('no leader'));
    client.say({ disposition: { id: 'm1', status: 'delivered' } });
    await client.settled();
    expect(client.frames.slice(-2)).toMatchObject([{ type: 'error', data: { status: 503, disposition: { id: 'm1', status: 'delivered' } } }, { type: 'pong' }]);
  });

  it('is kept before a confirmation that follows it counts', async () => {
    await stage.world.push(bob, [phone], 'm1');
    const client = await stage.open();
    await until(() => client.ids.length === 1);
    const held = stage.world.hold();
    client.say({ disposition: { id: 'm1', status: 'delivered' } });
    client.say({ ack: '1' });
    await until(() => held.hasAsked);
    expect(await stage.world.app.get(Cursors).claim({ id: 'x', user: bob, device: phone })).toBe(0);
    held.release();
    await client.settled();
    expect(await stage.world.app.get(Cursors).claim({ id: 'x', user: bob, device: phone })).toBe(1);
  });
});

describe('a client', () => {
  it('that falls silent is dropped', async () => {
    await stage.restart({ EDGE_PING_INTERVAL_MS: 20, EDGE_SILENCE_MS: 100 });
    const client = await stage.open({ options: { autoPong: false } });
    await until(() => client.closed !== undefined);
    expect(client.closed?.code).toBe(1006);
    await until(() => stage.access.at(-1)?.state === 'UNAVAILABLE');
  });

  it('that answers pings stays', async () => {
    await stage.restart({ EDGE_PING_INTERVAL_MS: 20, EDGE_SILENCE_MS: 100 });
    const client = await stage.open();
    let pings = 0;
    client.socket.on('ping', () => (pings += 1));
    await until(() => pings > 10);
    expect(client.closed).toBeUndefined();
  });
});
