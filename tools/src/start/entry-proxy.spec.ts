import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import type { ServiceName } from '@cpm/runtime-decider';
import { startEntryProxy, type EntryProxy } from './entry-proxy.js';
import { ownerOf } from './services.js';

const servers: Server[] = [];
let entry: EntryProxy;

/** A service that says who it is, what it was asked and with which body. */
async function service(name: string): Promise<number> {
  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      if (asked.url === '/health/ready') answer.statusCode = name === 'routing' ? 503 : 200;
      const said = { name, host: asked.headers.host, for: asked.headers['x-forwarded-for'], path: asked.url, body: Buffer.concat(chunks).toString() };
      answer.end(asked.url === '/health/ready' ? '{"reasons":["routing: consumer stalled"]}' : JSON.stringify(said));
    });
  });
  server.on('upgrade', (asked, socket) => {
    if (asked.headers.authorization === undefined) socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
    else {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (data: Buffer) => socket.write(`echo ${data.toString()}`));
      socket.on('end', () => socket.end());
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

beforeEach(async () => {
  const names: ServiceName[] = ['client-edge', 'device-registry', 'routing'];
  const ports = new Map<ServiceName, number[]>();
  for (const name of names) ports.set(name, [await service(name)]);
  ports.set('message-store-sync', [1]);
  ports.set('report-aggregation', [await service('first'), 1, await service('second')]);
  ports.set('client-edge', [1, ...(ports.get('client-edge') ?? [])]);
  entry = await startEntryProxy(0, () => new Map([...ports].map(([name, each]) => [name, each.map((port) => ({ host: '127.0.0.1', port }))])));
});
afterEach(async () => {
  await entry.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

it.each([
  ['/cpm/v1/devices', 'device-registry'], ['/cpm/v1/devices/urn:uuid:1', 'device-registry'], ['/cpm/v1/devicesque', 'client-edge'],
  ['/cpm/v1/preferences?x=1', 'device-registry'], ['/cpm/v1/messages', 'client-edge'], ['/admin/v1/policy/ucn-preview', 'sms-interworking-gateway'],
  ['/admin/v1/messages/m1/journey', 'routing'], ['/admin/v1/access/tel:+49', 'access-awareness'], ['/network/v1/t8/notifications', 'access-awareness'],
  ['/nms/v1/main/x/objects/1', 'message-store-sync'], ['/admin/v1/subscribers/tel:+49/export?content=true', 'message-store-sync'], ['/admin/v1/subscribers/export', 'device-registry'], ['/console', 'device-registry'], ['/console/main.js', 'device-registry'], ['/u/token', 'client-edge'],
])('%s is answered by %s', (path, owner) => expect(ownerOf(path)).toBe(owner));

it.each([
  '/cpm/v1/files/../../../admin/v1/policy', '/cpm/v1/files/..%2f..%2f..%2fadmin/v1/policy', '/%61dmin/v1/policy', '/ADMIN/v1/policy', '//admin/v1/policy', '/cpm/v1/../../admin/v1/policy', '/u/%00/admin/v1/policy', '/admin;x/v1/policy', '/\\admin/v1/policy',
  '/metrics/..%2frouting', '/metrics/../routing', '/metrics/__proto__', '/asyncapi/constructor',
])('%s is passed on as it came, to one service that judges it whole', async (path) => {
  const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    request({ port: new URL(entry.url).port, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    }).once('error', reject).end();
  });
  if (answer.status === 503) expect(answer.text).toContain('temporarily-unavailable');
  else expect(JSON.parse(answer.text)).toMatchObject({ name: 'client-edge', path });
});

it.each(['http://169.254.169.254/latest/meta-data', 'http://127.0.0.1:1/', 'ftp://example.org/x'])('goes nowhere else for %s in the request line', async (target) => {
  const said = await new Promise<string>((resolve, reject) => {
    request({ port: new URL(entry.url).port, path: target }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    }).once('error', reject).end();
  });
  expect(JSON.parse(said)).toMatchObject({ name: 'client-edge', path: target });
});

it('passes requests with their host, path and body', async () => {
  const answer = await fetch(`${entry.url}/cpm/v1/devices/a%2Fb?c=d`, { method: 'POST', body: 'content' });
  expect(await answer.json()).toEqual({ name: 'device-registry', host: new URL(entry.url).host, for: '127.0.0.1', path: '/cpm/v1/devices/a%2Fb?c=d', body: 'content' });
});

it('names the caller after those that were named already', async () => {
  const answer = await fetch(`${entry.url}/u/token`, { headers: { 'x-forwarded-for': '192.0.2.1' } });
  expect(await answer.json()).toMatchObject({ for: '192.0.2.1, 127.0.0.1' });
});

it('gives the measurements of each service', async () => {
  expect(await (await fetch(`${entry.url}/metrics/routing`)).json()).toMatchObject({ name: 'routing', path: '/metrics' });
});

it('gives the documents of each service', async () => {
  for (const path of ['/openapi/routing', '/asyncapi/routing']) expect(await (await fetch(`${entry.url}${path}`)).json()).toMatchObject({ name: 'routing', path });
});

it('answers 503 for a service that is not there', async () => {
  expect((await fetch(`${entry.url}/nms/v1/main/x/objects/1`)).status).toBe(503);
  expect((await fetch(`${entry.url}/network/v1/t8/notifications`)).status).toBe(503);
});

it('is ready only when every service is, and says which is not', async () => {
  const answer = await fetch(`${entry.url}/health/ready`);
  expect(answer.status).toBe(503);
  expect(((await answer.json()) as { reasons: string[] }).reasons.sort()).toEqual([
    'client-edge: does not answer', 'message-store-sync: does not answer', 'report-aggregation: does not answer', 'routing: consumer stalled',
  ]);
});

it('gives replicas their turns, and passes one over that accepts no connection', async () => {
  const answered: string[] = [];
  for (let request = 0; request < 6; request += 1) {
    const answer = await fetch(`${entry.url}/metrics/report-aggregation`);
    answered.push(((await answer.json()) as { name: string }).name);
  }
  expect(answered.filter((name) => name === 'first')).toHaveLength(2);
  expect(answered.filter((name) => name === 'second')).toHaveLength(4);
});

it('sends the body to the replica that is there', async () => {
  for (const body of ['one', 'two']) {
    const answer = await fetch(`${entry.url}/u/token`, { method: 'POST', body });
    expect(await answer.json()).toMatchObject({ name: 'client-edge', body });
  }
});

it('passes an upgrade through, and its refusal as it is', async () => {
  const { port } = new URL(entry.url);
  const refused = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port, path: '/cpm/v1/stream', headers: { connection: 'Upgrade', upgrade: 'websocket' } }).once('response', resolve).once('error', reject).end();
  });
  refused.destroy();
  expect(refused.statusCode).toBe(401);
  const socket = connect(Number(port));
  socket.write(`GET /cpm/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  let heard = '';
  await new Promise<void>((resolve) => socket.on('data', (data: Buffer) => {
    heard += data.toString();
    if (heard.includes('101') && !heard.includes('echo')) socket.write('hello');
    if (heard.includes('echo hello')) resolve();
  }));
  socket.destroy();
});
