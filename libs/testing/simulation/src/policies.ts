import { DEFAULT_POLICY, type Policy } from '@cpm/vocabulary';
import fc from 'fast-check';

/** With so few numbers sessions take them from each other. */
const FEW = DEFAULT_POLICY['sms.leasedNumbers'].slice(0, 2);

/** What the operator decided about access, sessions and files: shorter waits let more happen within one run. */
export const policies: fc.Arbitrary<Partial<Policy>> = fc.record({
  'sms.leasedNumbers': fc.constantFrom(FEW, DEFAULT_POLICY['sms.leasedNumbers']),
  'access.staleAfterSec': fc.constantFrom(0, 60, 6 * 3600),
  'access.flappingSec': fc.constantFrom(0, 60),
  'ip.trustRadioHints': fc.boolean(),
  'primary.smsDuringActiveSession': fc.boolean(),
  'autoAnswer.responseTrigger': fc.constantFrom<Policy['autoAnswer.responseTrigger'][]>('MESSAGE', 'COMPOSING'),
  'session.inviteTtlSec': fc.constantFrom(10, 30, 180),
  'session.inactivitySec': fc.constantFrom(30, 300),
  'ft.resumeWindowSec': fc.constantFrom(10, 300),
});

/** How long notifications wait for others. Drawn last, so that a seed means the same without it. */
export const ucnWindows: fc.Arbitrary<Pick<Policy, 'ucn.aggregateWindowSec'>> = fc.record({ 'ucn.aggregateWindowSec': fc.constantFrom(0, 5, 30, 300) });
