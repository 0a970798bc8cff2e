import { requirement } from '@cpm/runtime-decider';
import { Gateway, given, HOUR_MS, request, START } from './sms.fixture.js';

requirement('CPM-MLD-035', () => {
  it('hears that the handset can be reached by the first segment that it got', () => {
    expect(new Gateway().submit().accept(['s1', 's2']).receipt('DELIVERED', 's2').receipt('DELIVERED', 's2').receipt('DELIVERED', 's1').observed).toEqual(['AVAILABLE delivered']);
  });

  it.each(['absent-subscriber', 'memory-full', 'barred'] as const)('hears once that it cannot when the receipts show that it is %s', (cause) => {
    expect(new Gateway().submit().accept(['s1', 's2']).failure(cause).failure(cause).failure(cause, 's2').observed).toEqual([`UNAVAILABLE ${cause}`]);
  });

  it('hears of both when one segment failed and another came', () => {
    expect(new Gateway().submit().accept(['s1', 's2']).failure('absent-subscriber').receipt('DELIVERED', 's2').observed).toEqual(['UNAVAILABLE absent-subscriber', 'AVAILABLE delivered']);
  });

  it('hears nothing of a failure that shows no cause, nor of what is under way', () => {
    expect(new Gateway().submit().accept().receipt('ENROUTE').receipt('EXPIRED').observed).toEqual([]);
  });

  it('takes the time when the receipt came, however late it is told', () => {
    given([{ type: 'TextTaken', request: request(), at: START }, { type: 'SubmissionBegun', number: 1, dueAt: START + 1, mayRepeat: false, at: START }])
      .when({ type: 'TakeReceipt', submission: 1, segmentId: 's1', state: 'DELIVERED', heardAt: START + 5, now: START + HOUR_MS })
      .then([
        { type: 'SegmentReported', number: 1, segmentId: 's1', state: 'DELIVERED', at: START + HOUR_MS },
        { type: 'HandsetObserved', state: 'AVAILABLE', observedAt: START + 5, at: START + HOUR_MS },
      ]);
  });

  it.each([['long before', 1, 1], ['by a clock ahead of ours after', 9, 5]])('takes the time of what the SMSC was done with %s the receipt came, never one to come', (_, done, observed) => {
    given([{ type: 'TextTaken', request: request(), at: START }, { type: 'SubmissionBegun', number: 1, dueAt: START + 1, mayRepeat: false, at: START }])
      .when({ type: 'TakeReceipt', submission: 1, segmentId: 's1', state: 'UNDELIVERABLE', cause: 'absent-subscriber', heardAt: START + 5, doneAt: START + done, now: START + 6 })
      .then([
        { type: 'SegmentReported', number: 1, segmentId: 's1', state: 'UNDELIVERABLE', at: START + 6 },
        { type: 'HandsetObserved', state: 'UNAVAILABLE', cause: 'absent-subscriber', observedAt: START + observed, at: START + 6 },
      ]);
  });
});

describe('a receipt after the gateway has given up', () => {
  const expired = () => new Gateway().submit().accept().receipt('EXPIRED');

  it('of failure is kept and told to nobody', () => {
    const gateway = expired().receipt('UNDELIVERABLE');
    expect(gateway.told).toEqual(['SMS 1 submitted', 'SMS 1 expired']);
    expect(gateway.state.submissions[0]?.reports).toEqual({ s1: 'UNDELIVERABLE' });
  });

  it('of delivery is told once', () => {
    expect(expired().pass(HOUR_MS).receipt('DELIVERED').receipt('DELIVERED').told).toEqual(['SMS 1 submitted', 'SMS 1 expired', 'SMS 1 delivered']);
  });
});
