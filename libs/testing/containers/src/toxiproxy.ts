import { makeWorkplace, runLocalService } from './local-service.js';
import { freePort } from './ports.js';
import type { StartOptions } from './service.js';
import { toxiproxyBinary } from './toxiproxy-binary.js';

/** A port in front of another one of this machine, whose connections can be disturbed. */
export interface Proxy {
  readonly name: string;
  /** What clients connect to. */
  readonly port: number;
  /** Closes every connection, and refuses new ones until `join`. */
  cut(): Promise<void>;
  join(): Promise<void>;
  /** Delays what comes back to clients by so many ms, and nothing else any more. Connections break at its beginning and end. */
  delay(latencyMs: number): Promise<void>;
  /** Lets so many kB a second come back to clients, per connection, and delays nothing. Connections break at its beginning and end. */
  throttle(kilobytesPerSecond: number): Promise<void>;
  /** Takes a delay or throttle away; connections break. */
  clear(): Promise<void>;
}

/** Toxiproxy, which runs until it is stopped. */
export interface Toxiproxy {
  /** A new proxy on a port of its own. */
  proxy(name: string, upstreamPort: number): Promise<Proxy>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const READY = 'Starting Toxiproxy HTTP server';
const NOT_FOUND = 404;

/** Starts Toxiproxy (https://github.com/Shopify/toxiproxy#http-api). @throws when it cannot be had, saying what to install */
export async function startToxiproxy({ dataDir, log = () => undefined }: Omit<StartOptions, 'port'> = {}): Promise<Toxiproxy> {
  const command = await toxiproxyBinary(log);
  const port = await freePort();
  const service = await runLocalService({
    name: 'toxiproxy',
    workplace: await makeWorkplace('toxiproxy', dataDir),
    command,
    args: ['-host', HOST, '-port', String(port)],
    port,
    isReady: (logged) => logged.includes(READY),
  });
  const call = (method: string, path: string, body?: object) => ask(`http://${HOST}:${port}${path}`, method, body);
  return { proxy: (name, upstreamPort) => addProxy(call, name, upstreamPort), stop: () => service.stop() };
}

type Call = (method: string, path: string, body?: object) => Promise<void>;

async function addProxy(call: Call, name: string, upstreamPort: number): Promise<Proxy> {
  const port = await freePort();
  const path = `/proxies/${name}`;
  await call('POST', '/proxies', { name, listen: `${HOST}:${port}`, upstream: `${HOST}:${upstreamPort}`, enabled: true });
  const cut = () => call('POST', path, { enabled: false });
  const join = () => call('POST', path, { enabled: true });
  const disturbed = async (change: () => Promise<void>) => {
    // Toxiproxy 2.12 waits for ever, and answers nobody any more, where a connection whose client does not read is to get or lose a toxic.
    await cut();
    await change();
    await join();
  };
  const clear = async () => {
    for (const type of ['latency', 'bandwidth']) await call('DELETE', `${path}/toxics/${type}`);
  };
  const toxic = (type: string, attributes: object) => disturbed(async () => {
    await clear();
    await call('POST', `${path}/toxics`, { name: type, type, stream: 'downstream', attributes });
  });
  return {
    name, port, cut, join,
    delay: (latency) => toxic('latency', { latency }),
    throttle: (rate) => toxic('bandwidth', { rate }),
    clear: () => disturbed(clear),
  };
}

/** @throws with what Toxiproxy answered, unless what was to be deleted was not there */
async function ask(url: string, method: string, body: object | undefined): Promise<void> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  const text = await answer.text();
  if (answer.ok || (method === 'DELETE' && answer.status === NOT_FOUND)) return;
  throw new Error(`Toxiproxy answered ${method} ${new URL(url).pathname} with ${answer.status}: ${text}`);
}
