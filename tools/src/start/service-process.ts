import { mainOf, type AppName } from './services.js';
import { ManagedChild, type ChildEnd, type ManagedChildOptions } from './managed-child.js';

/** One process of the system; it is started again whenever it ends. */
export interface ServiceProcess {
  readonly service: AppName;
  /** Counts from 1. */
  readonly replica: number;
  /** As its log file and, at the database, its connections are named. */
  readonly name: string;
  /** It changes when the process dies; undefined until it runs. */
  readonly pid: number | undefined;
  /** Base URL of its own HTTP entrance. */
  readonly url: string;
  /** Ends it as a crash does. */
  kill(): void;
  /** Holds it still as it is (SIGSTOP) until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it in order and starts it again with further variables, which hold until the next restart. Resolves when it is ready. */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it in order and starts it as it is in another checkout of this project, which holds from now on. Resolves when it is ready. */
  change(checkout: string): Promise<void>;
  /** Whether it says of itself that it works. */
  isReady(): Promise<boolean>;
}

/** The end of a process of the system. */
export interface ProcessEnd extends ChildEnd {
  readonly service: AppName;
  readonly replica: number;
}

export type ManagedProcess = ServiceProcess & Pick<ManagedChild, 'start' | 'stop'>;

const READY_LIMIT_MS = 3_000;

/** A process that is not started yet. */
export function managedProcess(which: Pick<ServiceProcess, 'service' | 'replica' | 'url'>, options: ManagedChildOptions): ManagedProcess {
  const child = new ManagedChild(options);
  return {
    ...which,
    name: options.name,
    get pid() { return child.pid; },
    start: () => child.start(),
    stop: () => child.stop(),
    kill: () => child.kill(),
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    restart: (environment) => child.restart(environment),
    change: (checkout) => child.replace(mainOf(which.service, checkout)),
    isReady: () => answersReady(which.url),
  };
}

async function answersReady(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(READY_LIMIT_MS) }).catch(() => undefined);
  await answer?.body?.cancel().catch(() => undefined);
  return answer?.ok === true;
}
