import type { GeneratedFile } from '../../generated-files.js';
import { DEFECTS } from '../broken/defects.js';
import { INVARIANTS } from '../invariants/index.js';
import { seconds } from '../result.js';
import type { KeptRun } from './kept-run.js';

const PAGE_PATH = 'docs/reliability.md';

/** What was done to the system and what came of it; every figure is of a run that was made. */
export function reliabilityPage(runs: readonly KeptRun[]): GeneratedFile {
  const whole = runs.filter(({ broken }) => broken === undefined);
  const broken = runs.filter((run) => run.broken !== undefined);
  return { path: PAGE_PATH, text: [...opening(), ...wholeBuilds(whole), ...brokenBuilds(broken), ''].join('\n') };
}

function opening(): readonly string[] {
  return [
    '# Reliability',
    '',
    'Made by `npm run docs` from [reliability.json](reliability.json), which `npm run docs -- --chaos .cpm/chaos` makes from the results of runs.',
    '',
    '```sh',
    'npm run chaos -- --minutes 20 --seed 1          # the whole system on real brokers and databases, a mixed load, faults by seed; exit code 1 on a violation',
    'npm run chaos -- --minutes 5 --broken no-outbox-flush   # the same with one safeguard removed, which must fail',
    '```',
    '',
    'The load is everything that devices do: texts to people with three devices, texts that become SMS, groups, invitations and files that two devices accept at',
    'once, boxes edited on two devices, devices that lose IP and come back, submissions repeated under their id, displays said by two devices, and what networks tell.',
    'Every client writes down what it was told, and the histories are judged by what is seen from outside alone:',
    '',
    ...INVARIANTS.map(({ name }) => `- ${name}`),
    '- no log names anybody: the logs of all services are searched for every address and for a word that each text holds',
    '',
    'One sender\'s messages to one recipient, or in one group, have the order in which they were accepted; those that were under way together have none, and what waited for a device without IP comes when it can.',
    '',
  ];
}

function wholeBuilds(runs: readonly KeptRun[]): readonly string[] {
  if (runs.length === 0) return ['## Runs', '', 'No run is kept yet.', ''];
  return [
    '## Runs',
    '',
    row('seed', ...runs.map(({ seed }) => String(seed))),
    row('---', ...runs.map(() => '---')),
    row('made', ...runs.map(({ at }) => at.slice(0, 16).replace('T', ' '))),
    row('minutes', ...runs.map(({ minutes }) => String(minutes))),
    row('held', ...runs.map(({ held }) => (held ? 'yes' : '**no**'))),
    row('faults', ...runs.map((run) => String(faultsOf(run)))),
    ...namesOf(runs).map((name) => row(name, ...runs.map(({ figures }) => String(figures.find(([one]) => one === name)?.[1] ?? '-')))),
    row('drained after', ...runs.map(({ drainMs }) => seconds(drainMs))),
    row('log lines that name somebody', ...runs.map(({ logLinesThatName, logLines }) => `${logLinesThatName} of ${logLines}`)),
    row('most memory of a process, MB', ...runs.map(({ rssMb }) => Object.entries(rssMb).map(([service, mb]) => `${service} ${mb}`).join(', '))),
    row('operations per second, people', ...runs.map(({ setting }) => Object.entries(setting).map(([name, value]) => `${name} ${String(value)}`).join(', '))),
    row('machine', ...runs.map(({ machine }) => `${machine.cores} cores, ${machine.memoryGb} GB, load average at the start ${machine.loadAverage}`)),
    '',
    ...faultTable(runs),
  ];
}

/** Recovery counts from when the cause was taken away until what it hit worked again. */
function faultTable(runs: readonly KeptRun[]): readonly string[] {
  const kinds = [...new Set(runs.flatMap(({ faults }) => Object.keys(faults)))].sort();
  if (kinds.length === 0) return [];
  const cell = ({ faults }: KeptRun, kind: string) => {
    const one = faults[kind];
    return one ? `${one.count}${one.recovered < one.count ? ` (${one.recovered} recovered)` : ''}, ${seconds(one.medianMs)} / ${seconds(one.maxMs)}` : '0';
  };
  return [
    '## Faults',
    '',
    'How often, and the median and longest time from when the cause was taken away until what it hit worked again.',
    '',
    row('fault', ...runs.map(({ seed }) => `seed ${seed}`)),
    row('---', ...runs.map(() => '---')),
    ...kinds.map((kind) => row(kind, ...runs.map((run) => cell(run, kind)))),
    '',
  ];
}

function brokenBuilds(runs: readonly KeptRun[]): readonly string[] {
  const lacks = Object.entries(DEFECTS).map(([name, defect]) => `- \`${name}\`: ${defect.lacks}`);
  const table = runs.map((run) => row(`\`${run.broken}\``, String(run.seed), String(run.minutes), String(faultsOf(run)), run.held ? '**no**' : 'yes', Object.entries(run.violations).map(([invariant, times]) => `${invariant}: ${times}`).join('; ') || '-'));
  return [
    '## Builds that are broken on purpose',
    '',
    ...lacks,
    '',
    ...(table.length === 0 ? ['No run of one is kept yet.'] : [row('build', 'seed', 'minutes', 'faults', 'caught', 'by'), row('---', '---', '---', '---', '---', '---'), ...table]),
  ];
}

function faultsOf({ faults }: KeptRun): number {
  return Object.values(faults).reduce((sum, { count }) => sum + count, 0);
}

function namesOf(runs: readonly KeptRun[]): readonly string[] {
  return [...new Set(runs.flatMap(({ figures }) => figures.map(([name]) => name)))];
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
