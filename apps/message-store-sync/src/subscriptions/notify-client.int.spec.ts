import { Listener, until } from '../upkeep/living-store.fixture.js';
import { NotifyClient } from './notify-client.js';
import { notifyConfig } from './notify-url.js';

const allowing = (list?: string) => notifyConfig.parse({ NMS_NOTIFY_ALLOW: list }).NMS_NOTIFY_ALLOW;

let listener: Listener;
let client: NotifyClient;
let asked: string[];

beforeEach(async () => {
  listener = await Listener.start();
  asked = [];
  listener.answer = (response, { url }) => {
    asked.push(url ?? '');
    response.writeHead(204).end();
  };
  client = new NotifyClient(allowing('127.0.0.1/8'), 5_000);
});
afterEach(async () => {
  await client.close();
  await listener.stop();
});

const post = (url = listener.url) => client.post({ url, json: '{}' });

it('posts JSON to the URL', async () => {
  let type: string | undefined;
  listener.answer = (response, { headers }) => {
    type = headers['content-type'];
    response.writeHead(200).end('ok');
  };
  await post();
  expect(type).toBe('application/json');
});

it('sends nothing to a host name that stands for a private address', async () => {
  client = new NotifyClient(allowing(), 5_000);
  await expect(post(listener.url.replace('http://127.0.0.1', 'https://localhost'))).rejects.toThrow('private network');
  expect(asked).toEqual([]);
});

it('connects to the address that it has checked, whatever the name stands for a moment later', async () => {
  // Nobody answers there in time; the second answer is this machine, as a name that is rebound gives it.
  const answers = ['93.184.216.34', '127.0.0.1'];
  let resolved = 0;
  client = new NotifyClient(allowing(), 500, (_, __, callback) => callback(null, [{ address: answers[(resolved += 1) - 1] ?? '127.0.0.1', family: 4 }]));
  const url = `https://rebound.example:${new URL(listener.url).port}/hook`;
  await expect(post(url)).rejects.not.toThrow('private network');
  expect(resolved).toBe(1);
  await expect(post(url)).rejects.toThrow('private network');
  expect([resolved, asked]).toEqual([2, []]);
});

it('goes to no host of whose addresses one is private', async () => {
  client = new NotifyClient(allowing(), 500, (_, __, callback) => callback(null, [{ address: '93.184.216.34', family: 4 }, { address: '169.254.169.254', family: 4 }]));
  await expect(post('https://both.example/')).rejects.toThrow('private network');
});

it('goes to a host that is allowed by its name', async () => {
  client = new NotifyClient(allowing('localhost'), 5_000);
  await post(listener.url.replace('127.0.0.1', 'localhost'));
  expect(asked).toEqual(['/hook']);
});

it('follows no redirection', async () => {
  listener.answer = (response, { url }) => {
    asked.push(url ?? '');
    response.writeHead(307, { location: '/elsewhere' }).end();
  };
  await expect(post()).rejects.toThrow('answered 307');
  expect(asked).toEqual(['/hook']);
});

it('does not wait for an answer longer than its limit', async () => {
  client = new NotifyClient(allowing('127.0.0.1/8'), 300);
  listener.answer = () => undefined;
  await expect(post()).rejects.toThrow();
});

it('reads no more of an answer than it must', async () => {
  let sent = 0;
  let isClosed = false;
  listener.answer = (response) => {
    response.writeHead(200);
    const more = () => {
      while (!isClosed && sent < 2 ** 30 && response.write(Buffer.alloc(65_536))) sent += 65_536;
    };
    response.on('drain', more).on('close', () => (isClosed = true));
    more();
  };
  await post();
  await until(() => isClosed);
  expect(sent).toBeLessThan(16 * 2 ** 20);
});

it('lets no slow host hold up another', async () => {
  const slow = await Listener.start();
  slow.answer = () => undefined;
  client = new NotifyClient(allowing('127.0.0.1/8'), 5_000);
  const waiting = Array.from({ length: 100 }, () => client.inTurn(slow.url, async () => client.post({ url: slow.url, json: '{}' })).catch(() => undefined));
  const began = performance.now();
  await Promise.all(Array.from({ length: 20 }, () => client.inTurn(listener.url, () => post())));
  expect(performance.now() - began).toBeLessThan(4_000);
  await client.close();
  await slow.stop();
  await Promise.all(waiting);
});

it('leaves a host alone that takes nothing', async () => {
  listener.answer = (response, { url }) => {
    asked.push(url ?? '');
    response.writeHead(503).end();
  };
  for (let attempt = 0; attempt < 20; attempt += 1) await post().catch(() => undefined);
  expect(asked.length).toBeGreaterThanOrEqual(5);
  expect(asked.length).toBeLessThan(10);
});

it('holds up nobody of a host at which another\'s URL leads nowhere', async () => {
  listener.answer = (response, { url }) => {
    asked.push(url ?? '');
    response.writeHead(url === '/hook' ? 204 : 404).end();
  };
  for (let attempt = 0; attempt < 20; attempt += 1) await expect(post(`${new URL(listener.url).origin}/gone`)).rejects.toThrow('answered 404');
  await post();
  expect(asked.at(-1)).toBe('/hook');
});
