import { once } from 'node:events';
import type { Check } from './checks.js';
import { policyInForce, setPolicyForRun } from './policy-for-run.js';
import { Printer } from './printer.js';
import { play } from './scenario.js';
import { SCENARIOS } from './scenarios/index.js';
import { Stage } from './stage.js';
import { findOrStartSystem, type SystemUnderDemo } from './system-under-demo.js';

const PREFERENCE_SEC = 3;
const startedAt = Date.now();
const printer = new Printer(process.stdout);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interruption.abort());

try {
  process.exitCode = (await demonstrate()) ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
process.exit();

/** Whether everything held. */
async function demonstrate(): Promise<boolean> {
  const system = await findOrStartSystem((line) => printer.line(line));
  try {
    return await onSystem(system);
  } finally {
    if (system.isOwn) printer.line('stopping the system …');
    await system.close();
  }
}

async function onSystem(system: SystemUnderDemo): Promise<boolean> {
  const stage = new Stage(system);
  const restorePolicy = await setPolicyForRun(stage, { 'ip.preferenceSec': PREFERENCE_SEC });
  printer.line();
  printer.line(`system  ${system.url}, ${system.isOwn ? 'started for this run' : 'already running'}`);
  printer.line(`policy  the default, but IP is awaited for ${PREFERENCE_SEC} s (ip.preferenceSec); put back at the end`);
  printer.line('times   of a journey count from the acceptance of the message');
  try {
    const interrupted = once(interruption.signal, 'abort').then(() => undefined);
    const checks = interruption.signal.aborted ? undefined : await Promise.race([playAll(stage), interrupted]);
    if (!checks) throw new Error('interrupted');
    printer.summary(SCENARIOS.length, checks, Date.now() - startedAt);
    return checks.every(({ held }) => held);
  } finally {
    stage.closeAll();
    const remark = await restorePolicy();
    if (remark !== undefined) printer.line(remark);
  }
}

async function playAll(stage: Stage): Promise<readonly Check[]> {
  await policyInForce(stage, PREFERENCE_SEC);
  const all: Check[] = [];
  for (const [index, scenario] of SCENARIOS.entries()) {
    if (interruption.signal.aborted) break;
    printer.scenario(index + 1, scenario);
    const { checks, messages } = await play(scenario, { stage, preferenceSec: PREFERENCE_SEC, tell: (line) => printer.tell(line) });
    const journeys = await Promise.all(messages.map(async ({ id, label }) => ({ label, entries: await stage.operator.journey(id) })));
    // What an interrupted scenario missed is nobody's fault.
    if (interruption.signal.aborted) break;
    for (const { label, entries } of journeys) printer.journey(label, entries, stage.people);
    printer.checks(checks);
    all.push(...checks);
    stage.closeAll();
  }
  return all;
}
