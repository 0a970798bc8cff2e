import { count, DECISION_METRICS, oneOf, type Count } from '@cpm/metrics';
import type { AccessEvent } from './access.js';
import type { Evidence } from './evidence.js';

/** Evidence by what became of it, and what it changed. */
export function countsOfAccess(event: AccessEvent): readonly Count[] {
  switch (event.type) {
    case 'EvidenceRecorded':
      return [evidence(event.evidence, 'recorded')];
    case 'EvidenceIgnored':
      return [evidence(event.evidence, event.reason)];
    case 'DeviceAccessChanged': {
      const { ip, cs, reason } = event;
      const change = count('cpm_access_changes_total', { ip, cs });
      return reason === 'evidence-expired' || reason === 'source-silent' ? [change, count('cpm_access_evidence_ended_total', { reason })] : [change];
    }
    default:
      return [];
  }
}

/** A source names a connection, or itself where somebody reports by hand: only its known kinds are told apart. */
function evidence({ source }: Evidence, fate: 'recorded' | 'older'): Count {
  return count('cpm_access_evidence_total', { source: oneOf(DECISION_METRICS.cpm_access_evidence_total.labels.source, source.split('/')[0] ?? ''), fate });
}
