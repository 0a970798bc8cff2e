import { request } from 'node:http';
import type { StartedTestContainer, TestContainer } from 'testcontainers';
import type { Service } from './service.js';

const PING_LIMIT_MS = 700;
const STOP_GRACE_MS = 15_000;

/** Under way: Kafka and MongoDB ask at the same time, and what follows the first answer would keep the second from being heard in time. */
let asked: Promise<boolean> | undefined;

/** Whether a Docker daemon answers within 0.7 s; `CPM_STACK=local` says no. */
export async function dockerAnswers(): Promise<boolean> {
  if (process.env['CPM_STACK'] === 'local') return false;
  asked ??= ping().finally(() => { asked = undefined; });
  return asked;
}

function ping(): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ ...daemonAddress(), path: '/_ping', timeout: PING_LIMIT_MS }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.once('error', () => resolve(false));
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.end();
  });
}

function daemonAddress(): { socketPath: string } | { host: string; port: number } {
  const url = new URL(process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock');
  return url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: Number(url.port) };
}

/** Starts a container whose data live as long as it does. @throws when the image cannot be had or the container does not start */
export async function runContainer(container: TestContainer, afterStart: () => Promise<void>): Promise<Service> {
  const started = await container.start();
  const handle = await dockerHandle(started);
  const kill = async () => {
    const { State: { Running } } = await handle.inspect();
    if (Running) await handle.kill({ signal: 'SIGKILL' });
  };
  await afterStart();
  return {
    source: 'docker',
    pid: undefined,
    kill,
    restart: async () => { await kill(); await started.restart(); await afterStart(); },
    stop: async () => { await started.stop({ timeout: STOP_GRACE_MS }); },
  };
}

/** testcontainers can stop and restart a container, but not kill it. */
async function dockerHandle(started: StartedTestContainer) {
  const { getContainerRuntimeClient } = await import('testcontainers');
  return (await getContainerRuntimeClient()).container.getById(started.getId());
}
