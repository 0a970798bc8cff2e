import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from '../judge.js';
import { faultsByKind, type ChaosResult } from '../result.js';
import { keptOf, keptRuns, textOf, withRunsIn } from './kept-run.js';
import { reliabilityPage } from './page.js';

const result = (how: Partial<ChaosResult> = {}): ChaosResult => ({
  at: '2026-01-02T03:04:05.000Z', seed: 1, minutes: 20, setting: { rate: 20 }, machine: { cores: 2, memoryGb: 8, loadAverage: 1.26 },
  faults: faultsByKind([
    { kind: 'process-kill', target: 'routing/1', recoveredAfterMs: 1_000 }, { kind: 'process-kill', target: 'routing/2', recoveredAfterMs: 9_000 },
    { kind: 'process-kill', target: 'routing/1', recoveredAfterMs: 2_000 }, { kind: 'disk-full', target: 'broker 1', recoveredAfterMs: undefined, failure: 'no recovery' },
  ]),
  drainMs: 1_500, unsent: 0, repeatedCalls: 0, verdict: judge([{ is: 'submitted', at: 0, id: 'a', kind: 'ip', sender: 's', origin: 'd', recipients: [], requested: [] }, { is: 'accepted', id: 'a', at: 1 }]),
  rssMb: { routing: 200 }, deadLetters: [], journeys: {}, logs: { files: 1, lines: 5, telling: 0, where: [] }, ...how,
});
const lost = judge([{ is: 'submitted', at: 0, id: 'a', kind: 'sms', sender: 's', origin: 'd', recipients: ['r'], requested: [] }, { is: 'accepted', id: 'a', at: 1 }]);

const lineOf = (page: string, name: string) => page.split('\n').find((line) => line.startsWith(`| ${name} |`));

it('tells the figures of each run, a column each, and the recovery by kind of fault', () => {
  const page = reliabilityPage([keptOf(result()), keptOf(result({ seed: 2, verdict: lost }))]).text;
  expect(lineOf(page, 'seed')).toBe('| seed | 1 | 2 |');
  expect(lineOf(page, 'held')).toBe('| held | yes | **no** |');
  expect(lineOf(page, 'faults')).toBe('| faults | 4 | 4 |');
  expect(lineOf(page, 'accepted')).toBe('| accepted | 1 (ip 1) | 1 (sms 1) |');
  expect(lineOf(page, 'violations')).toBe('| violations | none | every accepted submission arrives: 1 |');
  expect(lineOf(page, 'process-kill')).toBe('| process-kill | 3, 2.0 s / 9.0 s | 3, 2.0 s / 9.0 s |');
  expect(lineOf(page, 'disk-full')).toBe('| disk-full | 1 (0 recovered), - / - | 1 (0 recovered), - / - |');
  expect(page).toContain('No run of one is kept yet.');
});

it('tells which broken build was caught by what, apart from whole ones', () => {
  const page = reliabilityPage([keptOf(result({ broken: 'no-outbox-flush', minutes: 5, verdict: lost })), keptOf(result({ broken: 'no-version-check', minutes: 5 }))]).text;
  expect(lineOf(page, '`no-outbox-flush`')).toBe('| `no-outbox-flush` | 1 | 5 | 4 | yes | every accepted submission arrives: 1 |');
  expect(lineOf(page, '`no-version-check`')).toBe('| `no-version-check` | 1 | 5 | 4 | **no** | - |');
  expect(page).toContain('No run is kept yet.');
});

it('counts somebody named in a log as a run that did not hold', () => expect(keptOf(result({ logs: { files: 1, lines: 5, telling: 1, where: ['a.log:1'] } })).held).toBe(false));

it('keeps what it reads from a folder of results, and reads what it kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cpm-runs-'));
  await writeFile(join(folder, 'seed-2.json'), JSON.stringify(result({ seed: 2 })));
  await writeFile(join(folder, 'seed-1.json'), JSON.stringify(result()));
  await writeFile(join(folder, 'broken.json'), JSON.stringify(result({ broken: 'no-outbox-flush' })));
  const runs = withRunsIn(folder, [keptOf(result({ seed: 3 })), keptOf(result({ seed: 2, minutes: 1 }))]);
  expect(runs.map(({ seed, broken, minutes }) => [seed, broken, minutes])).toEqual([[1, undefined, 20], [2, undefined, 20], [3, undefined, 20], [1, 'no-outbox-flush', 20]]);
  expect(keptRuns(textOf(runs))).toEqual(runs);
  expect(() => keptRuns('[{"seed":1}]')).toThrow(/minutes/);
  await rm(folder, { recursive: true });
});
