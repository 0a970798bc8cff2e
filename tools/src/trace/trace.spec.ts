import type { Requirement } from './requirements.js';
import { readRequirements } from './requirements.js';
import { requirementsPage } from './requirements-page.js';
import { trace } from './trace.js';

const LABEL = 'CPM-MLD-004';
const implemented: Requirement = { id: LABEL, asks: 'One report.', status: 'implemented' };
const planned: Requirement = { ...implemented, status: 'planned', note: 'Later.' };
const decider = { path: 'libs/a/src/ledger.ts', text: `/** ${LABEL}: the first leaves. */\nexport const ledger = {};\n` };
const member = { path: 'libs/a/src/ledger.ts', text: `export const ledger = {\n  /**\n   * ${LABEL}, CPM-MLD-005: the first leaves.\n   * More.\n   */\n  decide: () => [],\n};\n` };
const spec = { path: 'libs/a/src/ledger.spec.ts', text: `requirement('${LABEL}', () => {});\n` };
const results = (passed: number, failed: number) => new Map([[`${LABEL} ${spec.path}`, { passed, failed }]]);

it('follows a requirement to what decides it, its tests and their result', () => {
  const { traced, faults } = trace([implemented], [decider, spec], results(3, 0));
  expect(faults).toEqual([]);
  expect(traced[0]).toMatchObject({ deciders: [{ name: 'ledger', path: decider.path }], tests: [{ path: spec.path }], result: { passed: 3, failed: 0 } });
});

it('names a member with its owner', () => {
  expect(trace([implemented], [member, spec]).traced[0]?.deciders).toEqual([{ id: LABEL, kind: 'decider', name: 'ledger.decide', path: member.path }]);
});

it.each([
  ['a decider that is missing', implemented, [spec], `${LABEL} is implemented, but nothing says that it decides it`],
  ['a test that is missing', implemented, [decider], `${LABEL} is implemented, but no test proves it`],
  ['a plan that is done in secret', planned, [decider], `${LABEL} is planned, but the sources already name it: is it partial?`],
  ['a gap without a reason', { ...implemented, status: 'planned' as const }, [], `${LABEL} is planned and needs a note why`],
])('refuses %s', (_, requirement: Requirement, sources, fault) => {
  expect(trace([requirement], sources).faults).toEqual([fault]);
});

it('refuses a failing test', () => {
  expect(trace([implemented], [decider, spec], results(3, 1)).faults).toEqual([`${LABEL} has 1 failing tests`]);
});

it.each([
  ['in a line comment', `// see ${LABEL}\n`, 'libs/a/src/b.ts'],
  ['in a name or text', `export const label = '${LABEL}';\n`, 'libs/a/src/b.ts'],
  ['in the middle of a doc', `/** As ${LABEL}: says. */\nexport const a = 1;\n`, 'libs/a/src/b.ts'],
  ['in a doc that stands at nothing', `export const a = 1;\n\n/** ${LABEL}: says. */\n`, 'libs/a/src/b.ts'],
  ['outside requirement() in a spec', `it('does ${LABEL}', () => {});\n`, 'libs/a/src/b.spec.ts'],
])('refuses a label %s', (_, text, path) => {
  const [fault] = trace([implemented], [decider, spec, { path, text }]).faults;
  expect(fault).toContain(`${LABEL} may only lead the doc`);
});

it('refuses a label that the specification does not have', () => {
  const invented = { path: 'libs/a/src/b.ts', text: `/** CPM-MLD-099: says. */\nexport const a = 1;\n` };
  expect(trace([implemented], [decider, spec, invented]).faults).toEqual(['libs/a/src/b.ts: CPM-MLD-099 is no label of the specification']);
});

it('keeps the last known result on a page that is made without a test run', () => {
  const known = requirementsPage(trace([implemented], [decider, spec], results(3, 0)).traced, '');
  expect(known.text).toContain('| 3 passed |');
  expect(requirementsPage(trace([implemented], [decider, spec]).traced, known.text).text).toBe(known.text);
  expect(requirementsPage(trace([implemented], [decider, spec]).traced, '').text).toContain('| not run |');
});

it('reads all labels of the specification and refuses a file without one of them', () => {
  expect(readRequirements()).toHaveLength(30);
  expect(() => readRequirements('deploy/topics.yaml')).toThrow('CPM-MLD-001');
});
