import { DECISION_METRICS } from '@cpm/metrics';
import { countsOfAccess } from './access.counts.js';
import { connection, cs, Reachability, TABLET } from './access.fixture.js';

const countsOf = (reachability: Reachability) => reachability.events.flatMap(countsOfAccess).map(({ metric, labels }) => `${metric} ${Object.values(labels).join(' ')}`);

it('counts evidence by its source and what became of it, and what it changed', () => {
  const reachability = new Reachability().know().say(connection(10)).say(connection(5, 'UNAVAILABLE'), 6).say(cs(20, 'AVAILABLE'));
  expect(countsOf(reachability)).toEqual([
    'cpm_access_evidence_total connection recorded', 'cpm_access_changes_total AVAILABLE UNKNOWN',
    'cpm_access_evidence_total connection older',
    'cpm_access_evidence_total smpp-alert recorded', 'cpm_access_changes_total AVAILABLE AVAILABLE',
  ]);
});

it('counts words that nobody stands by any more', () => {
  const reachability = new Reachability().know().say(connection(10, 'AVAILABLE', { subject: TABLET, until: 100 })).until(200);
  expect(countsOf(reachability)).toContain('cpm_access_evidence_ended_total evidence-expired');
});

it('does not tell apart what reporters call themselves', () => {
  const sources = ['operator-7', 'camara/4711', '', 'tel:+4915110000001'].map((source) => new Reachability().know().say(connection(10, 'AVAILABLE', { source })));
  expect(sources.map((one) => countsOf(one)[0]?.split(' ')[1])).toEqual(['other', 'camara', 'other', 'other']);
  expect(DECISION_METRICS.cpm_access_evidence_total.labels.source).toContain('other');
});
