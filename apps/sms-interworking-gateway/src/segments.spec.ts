import { requirement } from '@cpm/runtime-decider';
import type { CpmAddress } from '@cpm/vocabulary';
import { segmentsOf } from './segments.js';
import { smsSubmission } from './sms-submission.js';

const NOW = Date.UTC(2026, 0, 5, 12);
const bob = 'tel:+4915110000002' as CpmAddress;

/** The validity of each segment of a text that lives for so long. */
function validities(leftMs: number, validity: 'relative' | 'absolute'): string[] {
  const submission = smsSubmission.parse({
    user: bob, smsId: `${bob}|m1`, attempt: 1, sender: 'tel:+4915110000001', form: 'SMS', text: 'x'.repeat(200), expiresAt: NOW + leftMs, beginBy: NOW + 45_000, mayRepeat: false,
  });
  return segmentsOf(submission, NOW, { validity, senderName: 'CPM', shortCode: { ton: 3, npi: 0 }, setDpf: false }).map(({ validityPeriod }) => validityPeriod ?? '');
}

requirement('CPM-MLD-035', () => {
  it.each([
    [90_000, '000000000130000R', '260105120130000+'], [400, '000000000001000R', '260105120000400+'], [30 * 86_400_000, '000003000000000R', '260108120000000+'],
  ])('has the SMSC try for the %i ms that the message lives on, three days at most, with every segment', (leftMs, relative, absolute) => {
    expect(validities(leftMs, 'relative')).toEqual([relative, relative]);
    expect(validities(leftMs, 'absolute')).toEqual([absolute, absolute]);
  });

  it('makes nothing of a message whose life is over', () => expect(() => validities(0, 'relative')).toThrow('the message has expired'));
});
