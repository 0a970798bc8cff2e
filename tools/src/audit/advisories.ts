import { z } from 'zod';

const report = z.object({ metadata: z.object({ vulnerabilities: z.object({ low: z.number(), moderate: z.number(), high: z.number(), critical: z.number(), total: z.number() }) }) });
const refusal = z.union([z.object({ message: z.string(), uri: z.string().optional() }), z.object({ error: z.object({ summary: z.string() }) }).transform(({ error }) => ({ message: error.summary }))]);

export type AuditOutcome =
  | { readonly is: 'clean'; readonly text: string }
  | { readonly is: 'vulnerable'; readonly text: string }
  /** Nothing is known: neither good nor bad. */
  | { readonly is: 'not done'; readonly text: string };

/** What `npm audit --json` has printed. High and critical ones count; the others are told. */
export function auditOutcome(printed: string): AuditOutcome {
  const json = parsed(printed);
  const found = report.safeParse(json);
  if (found.success) {
    const { low, moderate, high, critical } = found.data.metadata.vulnerabilities;
    const text = `critical ${critical}, high ${high}, moderate ${moderate}, low ${low}`;
    return { is: critical + high > 0 ? 'vulnerable' : 'clean', text };
  }
  const refused = refusal.safeParse(json);
  return { is: 'not done', text: refused.success ? refused.data.message : 'npm printed no report' };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
  } catch {
    return undefined;
  }
}
