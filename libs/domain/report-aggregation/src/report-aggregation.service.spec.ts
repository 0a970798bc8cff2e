import { inboxOf } from '@cpm/runtime-decider';
import { reportAggregation } from './index.js';

it('hears evidence, released reports and subscribers', () => {
  expect(inboxOf(reportAggregation.name)).toBe('cpm.report-aggregation.inbox');
  expect(reportAggregation.subscriptions.map(({ contract }) => contract.type)).toEqual(['DispositionEvidence', 'ReportReleased', 'SubscriberChanged']);
  expect(reportAggregation.aggregates.map(({ name }) => name)).toEqual(['ledger', 'addressing']);
});
