import { join } from 'node:path';
import { freePort, makeWorkplace, runLocalService, type Workplace } from '@cpm/testing-containers';

/** What binds to a peer unless a test says otherwise. */
export const SYSTEM_ID = 'esme1';
export const PASSWORD = 'secret';

/** An SMSC in a process of its own, that ends with this one. */
export interface SmscPeer {
  readonly port: number;
  /** `smpp://systemId:password@host:port`, or `ssmpp:`. */
  readonly url: string;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  /** Both output streams; gone with `stop`. */
  readonly logPath: string;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again on the same port; kills it first when it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PeerProcess {
  readonly name: string;
  readonly classPath: string;
  readonly mainClass: string;
  /** Arguments of the JVM and of the program, given port and folder. */
  readonly options?: (port: number, folder: string) => readonly string[];
  readonly args?: (port: number, folder: string) => readonly string[];
  /** What it prints once it listens; left out, connections are tried. */
  readonly ready?: string;
  readonly scheme?: 'smpp' | 'ssmpp';
  /** Fills its folder before the first start. */
  readonly prepare?: (folder: string) => Promise<void>;
}

const JVM_OPTIONS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];

/** Starts a JVM in a folder of its own, and waits until it listens. @throws with the end of its log when it does not */
export async function startPeer(peer: PeerProcess): Promise<SmscPeer & { readonly workplace: Workplace }> {
  const { name, classPath, mainClass, options = none, args = none, ready, scheme = 'smpp', prepare } = peer;
  const port = await freePort();
  const workplace = await makeWorkplace(name, undefined);
  const { folder, logPath } = workplace;
  await prepare?.(folder);
  const service = await runLocalService({
    name, workplace, cwd: folder, ...(ready === undefined && { port }),
    command: 'java',
    args: [...JVM_OPTIONS, ...options(port, folder), '-cp', classPath, mainClass, ...args(port, folder)],
    isReady: (logged) => ready === undefined || logged.includes(ready),
  });
  return Object.assign(service, { port, url: `${scheme}://${SYSTEM_ID}:${PASSWORD}@127.0.0.1:${port}`, logPath, workplace });
}

function none(): readonly string[] {
  return [];
}

export function inFolder({ folder }: Workplace, name: string): string {
  return join(folder, name);
}
