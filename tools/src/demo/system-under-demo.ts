import { announcedSystem } from '../start/running-system.js';
import { startSystem } from '../start/start-system.js';

/** The system that the scenarios play on. */
export interface SystemUnderDemo {
  /** Base URL of the entry, without a final slash. */
  readonly url: string;
  /** Where the SMSC simulator shows what it received. */
  readonly smscViewUrl: string;
  /** It was started for the demo and ends with it. */
  readonly isOwn: boolean;
  /** Ends what was started for the demo. */
  close(): Promise<void>;
}

/**
 * The system that answers at CPM_URL, at HTTP_PORT, or where this checkout's `npm start` says; otherwise one of its own.
 * @throws when a running system's SMSC simulator is not known, or a system of its own cannot be started
 */
export async function findOrStartSystem(log: (line: string) => void): Promise<SystemUnderDemo> {
  const announced = await announcedSystem();
  const wanted = process.env['CPM_URL'];
  const candidates = wanted ? [wanted] : [`http://127.0.0.1:${process.env['HTTP_PORT'] || 8080}`, ...(announced ? [announced.url] : [])];
  for (const candidate of candidates) {
    const url = candidate.replace(/\/+$/, '');
    if (!(await isReady(url))) continue;
    const smscViewUrl = process.env['CPM_SMSC_VIEW_URL'] ?? (announced && isSamePort(announced.url, url) ? announced.smscViewUrl : undefined);
    if (smscViewUrl === undefined) throw new Error(`a system answers at ${url}, and nothing says where its SMSC simulator is: start it with npm start, or set CPM_SMSC_VIEW_URL`);
    return { url, smscViewUrl, isOwn: false, close: () => Promise.resolve() };
  }
  log(wanted ? `nobody answers at ${wanted}: starting a system for this run` : 'no system is running: starting one for this run');
  return startOwn(log);
}

async function startOwn(log: (line: string) => void): Promise<SystemUnderDemo> {
  const system = await startSystem({ fresh: true, httpPort: 0, env: { LOG_LEVEL: 'warn' }, log: (line) => log(`  ${line}`) });
  const smscViewUrl = system.smsc?.viewUrl ?? process.env['CPM_SMSC_VIEW_URL'];
  if (smscViewUrl !== undefined) return { url: system.url, smscViewUrl, isOwn: true, close: () => system.stop() };
  await system.stop();
  throw new Error('SMPP_URL names an SMSC that the demo cannot look into: unset it, or set CPM_SMSC_VIEW_URL');
}

/** Whether a system of this project answers there; another program may have the port. */
async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`).then((response) => response.json() as Promise<{ status?: string } | null>).catch(() => undefined);
  return answer?.status === 'ready';
}

function isSamePort(one: string, other: string): boolean {
  return new URL(one).port === new URL(other).port;
}
