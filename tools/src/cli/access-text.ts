import type { AccessChangeView, AccessView, DeviceAccessView, EvidenceView } from '@cpm/domain-access-awareness';
import { aligned } from '../demo/journey-text.js';

/** How a user's devices can be reached, why, and what changed last, as lines to read; the newest first. */
export function accessLines({ devices, recent }: AccessView): readonly string[] {
  const changes = recent.length === 0 ? ['nothing changed yet'] : ['last changes', ...aligned(recent.map(changeCells)).map(indented)];
  return [...devices.flatMap(deviceLines), ...changes];
}

function deviceLines({ id, role, ip, cs, holdUntil, evidence }: DeviceAccessView): readonly string[] {
  const head = [id, role, `IP ${ip}`, `CS ${cs}`, ...(holdUntil === undefined ? [] : [`IP awaited until ${holdUntil}`])].join('  ');
  return [head, ...(evidence.length === 0 ? ['  no evidence'] : aligned(evidence.map(evidenceCells)).map(indented))];
}

function evidenceCells({ access, state, confidence, trusted, source, cause, observedAt, ...validity }: EvidenceView): readonly string[] {
  return [access, state, trusted ? `${confidence}, trusted` : confidence, wordOf(source, cause), `observed ${observedAt}`, validityOf(validity)];
}

function validityOf({ validUntil, staleAt, expired }: Pick<EvidenceView, 'validUntil' | 'staleAt' | 'expired'>): string {
  if (validUntil !== undefined) return `${expired ? 'ran out' : 'valid until'} ${validUntil}`;
  if (staleAt !== undefined) return expired ? `silent for too long since ${staleAt}` : `believed until ${staleAt}`;
  return '';
}

function changeCells({ at, device, ip, cs, reason, source, cause, holdUntil }: AccessChangeView): readonly string[] {
  const because = source === undefined ? reason : `${reason} (${wordOf(source, cause)})`;
  return [at, device, `IP ${ip}`, `CS ${cs}`, because, holdUntil === undefined ? '' : `IP awaited until ${holdUntil}`];
}

function wordOf(source: string, cause: string | undefined): string {
  return cause === undefined ? source : `${source}: ${cause}`;
}

function indented(line: string): string {
  return `  ${line}`;
}
