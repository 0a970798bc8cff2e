import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const THREATS_PATH = 'docs/threats.yaml';

/** What STRIDE asks about: https://learn.microsoft.com/azure/security/develop/threat-modeling-tool-threats. */
export const STRIDE = { S: 'spoofing', T: 'tampering', R: 'repudiation', I: 'information disclosure', D: 'denial of service', E: 'elevation of privilege' } as const;

const sentence = z.string().min(1);
/** `path of the spec > title`, the title as it is written there. */
const test = z.string().regex(/^\S+\.spec\.ts > .+$/, 'must be <path>.spec.ts > <title>');

const threat = z.strictObject({
  /** One or several letters of STRIDE. */
  is: z.string().regex(/^[STRIDE]+$/, 'must be letters of STRIDE'),
  threat: sentence,
  mitigation: sentence,
  tests: z.array(test).min(1),
});
const model = z.strictObject({
  boundaries: z.array(z.strictObject({ boundary: sentence, about: sentence, threats: z.array(threat).min(1) })).min(1),
  notDefended: z.array(sentence).min(1),
});
export type ThreatModel = z.infer<typeof model>;

export interface NamedTest {
  readonly path: string;
  readonly title: string;
}

/** @throws an error that names the field that is wrong */
export function readThreats(text = readFileSync(THREATS_PATH, 'utf8')): ThreatModel {
  const read = model.safeParse(parse(text));
  if (!read.success) throw new Error(`${THREATS_PATH}: ${z.prettifyError(read.error)}`);
  return read.data;
}

export function namedTest(text: string): NamedTest {
  const at = text.indexOf(' > ');
  return { path: text.slice(0, at), title: text.slice(at + ' > '.length) };
}
