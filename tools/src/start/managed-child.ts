import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface ManagedChildOptions {
  readonly name: string;
  readonly script: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Its output is appended here. */
  readonly logPath: string;
  readonly log: (line: string) => void;
  readonly onEnd?: (end: ChildEnd) => void;
}

/** The end of a process that was ready. */
export interface ChildEnd {
  readonly pid: number;
  /** Epoch ms. */
  readonly at: number;
  /** A signal's name or an exit code. */
  readonly with: string;
  /** Whether it was killed or restarted from here; otherwise it ended by itself. */
  readonly asked: boolean;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 17_000;
const FIRST_RESTART_MS = 200;
const LAST_RESTART_MS = 5_000;
/** One that ran this long is started again without delay. */
const STABLE_MS = 30_000;
const TAIL_LINES = 15;

/** A process that is started again whenever it dies, until it is stopped. It ends by itself when this process dies. */
export class ManagedChild {
  #child: ChildProcess | undefined;
  #environment: NodeJS.ProcessEnv = {};
  #script: string;
  #stopped = false;
  #delayMs = FIRST_RESTART_MS;
  readonly #asked = new WeakSet<ChildProcess>();
  readonly #events = new EventEmitter<{ up: [] }>();
  readonly #output: WriteStream;
  readonly #abort = new AbortController();

  constructor(private readonly options: ManagedChildOptions) {
    this.#script = options.script;
    mkdirSync(dirname(options.logPath), { recursive: true });
    this.#output = createWriteStream(options.logPath, { flags: 'a' });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves with what the process said when it was ready. @throws with the end of its log when it ends first */
  async start(): Promise<void> {
    const ready = await this.#spawn();
    if (!ready) throw new Error(`${this.options.name} did not start; the end of ${this.options.logPath}:\n${this.#tail()}`);
  }

  /** Ends the process as a crash does; it is started again. */
  kill(): void {
    if (!this.#child) return;
    this.#asked.add(this.#child);
    this.#child.kill('SIGKILL');
  }

  /** Holds the process still, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** As `restart`, with another script from now on. */
  async replace(script: string): Promise<void> {
    this.#script = script;
    await this.restart();
  }

  /**
   * Ends the process in order and starts it again, from now on with these variables beside its own.
   * Resolves when the new one is ready, or when it is stopped for good.
   */
  async restart(environment: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#environment = environment;
    const child = this.#child;
    if (!child || this.#stopped) return;
    const isUp = once(this.#events, 'up', { signal: this.#abort.signal }).catch(() => undefined);
    this.#asked.add(child);
    await endInOrder(child);
    await isUp;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#abort.abort();
    if (this.#child) await endInOrder(this.#child);
    this.#output.end();
  }

  /** Whether it became ready; from then on its end starts it again. */
  async #spawn(): Promise<boolean> {
    const { environment } = this.options;
    // A process group of its own keeps a terminal's Ctrl-C away: this process decides when its children end.
    const child = fork(this.#script, { env: { ...environment, ...this.#environment }, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    child.stdout?.pipe(this.#output, { end: false });
    child.stderr?.pipe(this.#output, { end: false });
    const startedAt = Date.now();
    const ended = once(child, 'exit').then(() => false);
    const isReady = await Promise.race([once(child, 'message').then(() => true), ended, this.#startLimit()]);
    if (isReady) void ended.then(() => this.#restart(child, Date.now() - startedAt));
    else if (child.exitCode === null) child.kill('SIGKILL');
    return isReady;
  }

  async #startLimit(): Promise<boolean> {
    await wait(START_LIMIT_MS, undefined, { ref: false, signal: this.#abort.signal }).catch(() => undefined);
    return false;
  }

  async #restart(child: ChildProcess, ranMs: number): Promise<void> {
    const { name, log } = this.options;
    if (this.#stopped) return;
    this.#tellEnd(child);
    if (ranMs > STABLE_MS) this.#delayMs = FIRST_RESTART_MS;
    for (;;) {
      await wait(this.#delayMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      if (this.#stopped) return;
      this.#delayMs = Math.min(this.#delayMs * 2, LAST_RESTART_MS);
      if (await this.#spawn()) break;
      if (!this.#stopped) log(`${name} did not start: ${this.#tail().split('\n').at(-1)}`);
    }
    log(`${name} runs again (pid ${this.pid})`);
    this.#events.emit('up');
  }

  #tellEnd(child: ChildProcess): void {
    const { name, log, onEnd } = this.options;
    const end = { pid: child.pid ?? 0, at: Date.now(), with: child.signalCode ?? `code ${child.exitCode}`, asked: this.#asked.has(child) };
    log(`${name} (pid ${end.pid}) ended with ${end.with}: starting it again`);
    onEnd?.(end);
  }

  #tail(): string {
    return readFileSync(this.options.logPath, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }
}

/** Asks a process to end, and kills it when it does not. */
async function endInOrder(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  // One that is held still would not hear it.
  child.kill('SIGCONT');
  const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await once(child, 'exit');
  clearTimeout(limit);
}
