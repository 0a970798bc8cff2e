import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOGUE } from '@cpm/metrics';
import { SERVICES } from '@cpm/runtime-decider';
import { stringify } from 'yaml';
import { debianPackages } from '../debian/debian-packages.js';
import { ALERT_TESTS, alerts, alertTestNames, RULES_PATH } from './alert-rules.js';
import { DASHBOARDS } from './dashboards.js';

const PROMTOOL = '/usr/bin/promtool';
const promtool = (...args: readonly string[]) => {
  try {
    return execFileSync(PROMTOOL, args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`promtool ${args.join(' ')}\n${stdout}${stderr}`);
  }
};
const expressions = DASHBOARDS.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'))));
/** Names of metrics in an expression: what is neither inside braces, quotes or a list of labels, nor called. */
const named = (expr: string) => [...expr.replace(/"[^"]*"|\{[^}]*\}|\b(by|on|without|ignoring) \([^)]*\)/g, ' ').matchAll(/\b(cpm|process|nodejs)_\w+/g)].map(([name]) => name);
const families = new Set(Object.entries(CATALOGUE).flatMap(([name, { type }]) => (type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name])));

describe('alerts', () => {
  beforeAll(() => debianPackages(['prometheus'], [PROMTOOL]), 600_000);

  it('are rules that Prometheus takes', () => expect(promtool('check', 'rules', RULES_PATH)).toContain('SUCCESS'));

  it('fire when they should and are silent when they should', () => {
    const files = readdirSync(ALERT_TESTS).map((file) => join(ALERT_TESTS, file));
    expect(promtool('test', 'rules', ...files)).not.toContain('FAILED');
  }, 120_000);

  it('are each tested firing and silent, and no test is of an alert that there is not', () => {
    const tests = alertTestNames();
    for (const { alert } of alerts()) {
      for (const what of ['fires when', 'is silent when']) expect(tests.filter((name) => name.startsWith(`${alert} ${what} `))).not.toEqual([]);
    }
    expect(tests.filter((name) => !alerts().some(({ alert }) => name.startsWith(`${alert} `)))).toEqual([]);
  });

  it('have each a page of their own that says what to do, and there is no page without an alert', () => {
    for (const { alert, annotations } of alerts()) {
      expect(annotations.runbook_url).toBe(`docs/operations/alerts/${alert}.md`);
      const page = existsSync(annotations.runbook_url) ? readFileSync(annotations.runbook_url, 'utf8') : '';
      for (const part of [`# ${alert}`, '**Means**', '**Look**', '**Do**', '**Escalate**']) expect(page).toContain(part);
    }
    expect(readdirSync('docs/operations/alerts').sort()).toEqual(alerts().map(({ alert }) => `${alert}.md`).sort());
  });

  it('name metrics that there are', () => {
    for (const { alert, expr } of alerts()) expect({ alert, unknown: named(expr).filter((name) => !families.has(name)) }).toEqual({ alert, unknown: [] });
  });

  it('notice every service that is down', () => {
    const expr = alerts().find(({ alert }) => alert === 'CpmServiceDown')?.expr ?? '';
    expect([...expr.matchAll(/service="([a-z-]+)"/g)].map(([, service]) => service).sort()).toEqual([...SERVICES].sort());
  });
});

describe('dashboards', () => {
  it('ask what Prometheus understands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cpm-dashboards-'));
    try {
      const rules = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }));
      writeFileSync(join(folder, 'rules.yaml'), stringify({ groups: [{ name: 'dashboards', rules }] }));
      expect(promtool('check', 'rules', join(folder, 'rules.yaml'))).toContain(`${expressions.length} rules found`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('name metrics that there are', () => {
    expect(expressions.flatMap(named).filter((name) => !families.has(name))).toEqual([]);
    for (const expr of expressions) expect(named(expr)).not.toEqual([]);
  });

  it('show every metric that services have of their own', () => {
    const shown = new Set(expressions.flatMap(named).map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    const alarmed = new Set(alerts().flatMap(({ expr }) => named(expr)));
    const unseen = Object.keys(CATALOGUE).filter((name) => name.startsWith('cpm_') && !shown.has(name) && !alarmed.has(name));
    expect(unseen).toEqual(['cpm_published_records_total', 'cpm_timers_injected_total', 'cpm_smpp_circuit_events_total']);
  });
});

describe('the catalogue', () => {
  it('bounds every label', () => {
    for (const [name, { labels, type }] of Object.entries(CATALOGUE)) {
      const series = Object.values(labels).reduce((product, values) => product * ('of' in values ? values.atMost : values.length), 1);
      expect({ name, isBounded: series <= 1_000, isNamed: type !== 'counter' || name.endsWith('_total') }).toEqual({ name, isBounded: true, isNamed: true });
    }
  });

  it('knows the services', () => {
    expect(CATALOGUE['cpm_ready']?.labels).toEqual({});
    expect(CATALOGUE['cpm_inbox_lag_records']?.labels['service']).toEqual(SERVICES);
  });
});
