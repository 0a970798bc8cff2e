import { setTimeout as sleep } from 'node:timers/promises';
import { resourceOf, targetOf, type Fault, type FaultOutcome, type Injector, type PlannedFault } from './fault.js';
import { injectorOf, type InjectorParts } from './injectors.js';

/** Where faults are written down. */
export interface FaultJournal {
  /** `at` in epoch ms. */
  began(fault: PlannedFault, at: number): void;
  ended(outcome: FaultOutcome): void;
}

export interface FaultRun extends InjectorParts {
  readonly plan: readonly PlannedFault[];
  readonly journal: FaultJournal;
  readonly tell: (line: string) => void;
  /** Ends the run early: what is in force is undone, what is to come left out. */
  readonly signal?: AbortSignal | undefined;
  /** Who does the faults; left out, those of this folder. */
  readonly injectors?: ((fault: Fault, parts: InjectorParts) => Injector) | undefined;
}

const RECOVERY_LIMIT_MS = 120_000;
const POLL_MS = 100;

/**
 * Does what is planned, beginning now. A fault waits until the one before it of the same resource has been overcome, however long that
 * takes, as two brokers away at once would not be what was planned. Resolves with the outcomes, in the order in which they ended, when the
 * system has recovered from every fault, or the limit of 120 s for each is over. A fault that fails has a `failure`; nothing is thrown.
 */
export async function runFaults(run: FaultRun): Promise<FaultOutcome[]> {
  const outcomes: FaultOutcome[] = [];
  const queues = new Map<string, Promise<void>>();
  const startedAt = Date.now();
  for (const fault of run.plan) {
    const resource = resourceOf(fault);
    const before = queues.get(resource) ?? Promise.resolve();
    queues.set(resource, inTurn(before, fault, startedAt, run).then((outcome) => {
      if (outcome) outcomes.push(outcome);
    }));
  }
  await Promise.all(queues.values());
  return outcomes;
}

/** Undefined when the run ended before the fault came. */
async function inTurn(before: Promise<void>, fault: PlannedFault, startedAt: number, run: FaultRun): Promise<FaultOutcome | undefined> {
  await before;
  await pause(startedAt + fault.atMs - Date.now(), run.signal);
  if (run.signal?.aborted) return undefined;
  const outcome = await play(fault, run);
  run.journal.ended(outcome);
  run.tell(textOf(outcome));
  return outcome;
}

async function play(fault: PlannedFault, run: FaultRun): Promise<FaultOutcome> {
  const at = Date.now();
  run.journal.began(fault, at);
  run.tell(`${fault.kind} ${targetOf(fault)}${fault.forMs > 1 ? ` for ${seconds(fault.forMs)}` : ''}`);
  let injector: Injector | undefined;
  let undoneAt = at;
  const outcome = (recoveredAt: number | undefined, failure?: string): FaultOutcome => ({
    kind: fault.kind, target: injector?.target ?? targetOf(fault), at, lastedMs: undoneAt - at,
    recoveredAfterMs: recoveredAt === undefined ? undefined : recoveredAt - undoneAt, ...(failure !== undefined && { failure }),
  });
  try {
    injector = (run.injectors ?? injectorOf)(fault, run);
    const undo = await injector.inject();
    await pause(at + fault.forMs - Date.now(), run.signal);
    if (fault.forMs > 0) undoneAt = Date.now();
    await undo();
    return (await recovered(injector)) ? outcome(Date.now()) : outcome(undefined, `did not recover within ${seconds(RECOVERY_LIMIT_MS)}`);
  } catch (error) {
    return outcome(undefined, (error as Error).message);
  }
}

async function recovered(injector: Injector): Promise<boolean> {
  const deadline = Date.now() + RECOVERY_LIMIT_MS;
  while (!(await injector.hasRecovered())) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Ends early with the signal. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
}

function textOf({ kind, target, recoveredAfterMs, failure }: FaultOutcome): string {
  return failure === undefined ? `${kind} ${target} was overcome after ${seconds(recoveredAfterMs ?? 0)}` : `${kind} ${target} FAILED: ${failure}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
