import { device, until } from '../edge-world.fixture.js';
import { bob, phone, setStage, tablet, type OpenOptions, type StreamClient } from './stream-stage.fixture.js';

const stage = setStage();

describe('a handshake', () => {
  it.each<[string, () => Promise<StreamClient>, number]>([
    ['without a token', () => stage.open({ token: '' }), 401],
    ['with an expired token', () => stage.open({ claims: { user: bob, device: phone, expiresInSec: -1 } }), 401],
    ['with a token of another scope', () => stage.open({ claims: { scope: 'operator' } }), 403],
  ])('%s is refused', async (_, open, status) => {
    const client = await open();
    await until(() => client.refused !== undefined);
    expect(client.refused).toBe(status);
  });

  it('at another path is refused', async () => {
    const client = await stage.open({ path: '/cpm/v1/other' });
    await until(() => client.refused !== undefined);
    expect(client.refused).toBe(404);
  });

  it('beyond the number of connections is refused', async () => {
    await stage.restart({ EDGE_MAX_CONNECTIONS: 1 });
    await (await stage.open()).settled();
    const client = await stage.open({ claims: { user: bob, device: tablet } });
    await until(() => client.refused !== undefined);
    expect(client.refused).toBe(503);
  });

  it.each<[string, OpenOptions, number]>([
    ['of a device that is not registered', { claims: { user: bob, device: device(9) } }, 4403],
    ['with a malformed cursor', { since: 'yesterday' }, 4400],
    ['with an empty cursor', { since: '' }, 4400],
    ['by subprotocol with a bad token', { protocols: ['cpm.v1', 'bearer.abc'] }, 4401],
  ])('%s is closed with a reason', async (_, how, code) => {
    const client = await stage.open(how);
    await until(() => client.closed !== undefined);
    expect(client.closed).toEqual({ code, reason: expect.stringMatching(/\w/) });
    expect(stage.access).toEqual([]);
  });

  it('by subprotocol, as browsers do it', async () => {
    const client = await stage.open({ protocols: ['cpm.v1', `bearer.${await stage.world.token({ user: bob, device: phone })}`] });
    await client.settled();
    expect(client.socket.protocol).toBe('cpm.v1');
  });
});

describe('what makes no sense', () => {
  it.each(['nonsense', '[]', 'null', '{}', '{"ack":1}', '{"ack":"x"}', '{"ack":"7"}', '{"ack":"0","ping":"x"}', '{"disposition":{"id":"m1","status":"read"}}', '{"disposition":{"id":"m1"}}', '{"__proto__":{}}', '{"more":1}'])(
    '%s is answered with an error and changes nothing',
    async (message) => {
      const client = await (await stage.open()).settled();
      client.say(message);
      await client.settled();
      expect(client.problems).toMatchObject([{ type: 'error', data: { status: 400, detail: expect.any(String) } }]);
      expect(client.problems[0]?.cursor).toBeUndefined();
      expect(stage.world.published('routing')).toEqual([]);
    },
  );

  it('in binary is answered with an error', async () => {
    const client = await (await stage.open()).settled();
    client.socket.send(Buffer.from('{"ack":"0"}'), { binary: true });
    await client.settled();
    expect(client.problems).toHaveLength(1);
  });

  it('above 64 KiB ends the connection', async () => {
    const client = await (await stage.open()).settled();
    client.say(' '.repeat(64 * 1024 + 1));
    await until(() => client.closed !== undefined);
    expect(client.closed?.code).toBe(1009);
  });
});
