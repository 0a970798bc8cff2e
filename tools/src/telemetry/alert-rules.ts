import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

export const RULES_PATH = 'helm/cpm/files/alerts.yaml';
export const ALERT_TESTS = 'tools/src/telemetry/alert-tests';

const alert = z.strictObject({
  alert: z.string().regex(/^Cpm[A-Za-z]+$/),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const ruleFile = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alert) })) });
const testFile = z.object({ tests: z.array(z.object({ name: z.string() })) });

export type Alert = z.infer<typeof alert>;

/** The alerts of the project. @throws when one lacks its severity, texts or page */
export function alerts(): readonly Alert[] {
  return ruleFile.parse(parse(readFileSync(RULES_PATH, 'utf8'))).groups.flatMap(({ rules }) => rules);
}

/** What the tests of alerts are called: `<alert> fires when …`, `<alert> is silent when …`. */
export function alertTestNames(): readonly string[] {
  return readdirSync(ALERT_TESTS).flatMap((file) => testFile.parse(parse(readFileSync(`${ALERT_TESTS}/${file}`, 'utf8'))).tests.map(({ name }) => name));
}
