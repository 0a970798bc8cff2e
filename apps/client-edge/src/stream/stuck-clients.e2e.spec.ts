import { connect } from 'node:net';
import { until } from '../edge-world.fixture.js';
import { LiveConnections } from './live-connections.js';
import { bob, phone, setStage, tablet } from './stream-stage.fixture.js';

const stage = setStage();
const live = () => stage.world.app.get(LiveConnections).count;
const text = 'x'.repeat(8_000);

/** Pushes frames to both devices until the condition holds; how many there were. */
async function pushUntil(condition: () => boolean): Promise<number> {
  let sent = 0;
  while (!condition()) {
    if (sent > 8_000) throw new Error('still not so after 64 MB');
    await Promise.all(Array.from({ length: 25 }, async () => {
      sent += 1;
      await stage.world.push(bob, [phone, tablet], `m${sent}`, { id: `m${sent}`, text });
    }));
  }
  return sent;
}

it('a client that stops reading is let go with all that waits for it, others hear everything meanwhile, and it goes on when it comes back', async () => {
  await stage.restart({ EDGE_SEND_BUFFER_BYTES: 2_000_000, EDGE_LAST_WORDS_MS: 100, EDGE_PING_INTERVAL_MS: 500, EDGE_SILENCE_MS: 6_000 });
  const stuck = await (await stage.open()).settled();
  const other = await (await stage.open({ claims: { user: bob, device: tablet } })).settled();
  stuck.socket.pause();
  const sent = await pushUntil(() => live() === 1);
  const expected = Array.from({ length: sent }, (_, at) => `m${at + 1}`);
  await until(() => other.ids.length === sent, 20_000);
  expect(other.ids).toEqual(expected);
  const last = stuck.frames.findLast(({ cursor }) => cursor)?.cursor ?? '0';
  const again = await stage.open({ since: last });
  await until(() => stuck.ids.length + again.ids.length >= sent, 20_000);
  expect([...stuck.ids, ...again.ids].slice(-again.ids.length)).toEqual(expected.slice(-again.ids.length));
}, 60_000);

it('handshakes beyond the number at a time are told to come again', async () => {
  await stage.restart({ EDGE_MAX_HANDSHAKES: 1 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => stage.open()));
  await until(() => clients.every(({ refused, closed, socket }) => refused !== undefined || closed !== undefined || socket.readyState === socket.OPEN));
  expect(clients.some(({ refused }) => refused === 503)).toBe(true);
  await (await stage.open()).settled();
});

it('a handshake that never ends its headers is answered and cut, and holds up nobody', async () => {
  const { port } = new URL(stage.world.url);
  const slow = connect(Number(port), '127.0.0.1');
  let answer = '';
  slow.on('data', (data) => (answer += data.toString()));
  const closed = new Promise((resolve) => slow.on('close', resolve));
  slow.write('GET /cpm/v1/stream HTTP/1.1\r\nhost: edge\r\nupgrade: websocket\r\n');
  await (await stage.open()).settled();
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
}, 60_000);
