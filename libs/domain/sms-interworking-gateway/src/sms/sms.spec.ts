import { requirement } from '@cpm/runtime-decider';
import { sms } from './sms.aggregate.js';
import { ANSWER_LIMIT_MS, BEGIN_MARGIN_MS, LATE_ANSWER_MS, MAX_VALIDITY_MS, RECEIPT_GRACE_MS } from './sms.decider.js';
import { ALICE, BOB, cancellation, Gateway, given, HOUR_MS, PHONE, request, START } from './sms.fixture.js';

/** After it a submission that nobody answers for has an unknown outcome. */
const SILENCE_MS = ANSWER_LIMIT_MS + LATE_ANSWER_MS;

requirement('CPM-MLD-028a', () => {
  it('goes to the SMSC once, and routing hears of its delivery', () => {
    const gateway = new Gateway().submit().submit().accept().receipt('DELIVERED');
    expect(gateway.submissions).toEqual([{
      user: BOB, smsId: `${BOB}|m1`, attempt: 1, sender: ALICE, text: 'Hello', form: 'SMS', expiresAt: START + 6 * HOUR_MS,
      beginBy: START + ANSWER_LIMIT_MS - BEGIN_MARGIN_MS, mayRepeat: false, refusedBy: [],
    }]);
    expect(gateway.told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
    expect(gateway.due).toBeUndefined();
  });

  it('has arrived when every segment has, in whatever order the receipts come', () => {
    const gateway = new Gateway().submit().receipt('DELIVERED', 's2').accept(['s1', 's2', 's3']).receipt('DELIVERED', 's3');
    expect(gateway.told).toEqual(['SMS 1 submitted']);
    expect(gateway.receipt('DELIVERED', 's1').told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
  });

  it('has failed with the first segment that finally fails', () => {
    const gateway = new Gateway().submit().accept(['s1', 's2']).receipt('UNDELIVERABLE', 's2').receipt('DELIVERED', 's1');
    expect(gateway.told).toEqual(['SMS 1 submitted', 'SMS 1 failed']);
  });

  it('that was all delivered before the SMSC\'s answer came in is told as delivered', () => {
    expect(new Gateway().submit().receipt('DELIVERED', 's1').accept(['s1']).told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
  });
});

describe('a receipt', () => {
  it('counts once, however often it comes', () => {
    const gateway = new Gateway().submit().accept().receipt('DELIVERED').receipt('DELIVERED').receipt('UNDELIVERABLE');
    expect(gateway.told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
  });

  it.each(['ENROUTE', 'ACCEPTED', 'UNKNOWN'] as const)('of state %s decides nothing', (state) => {
    expect(new Gateway().submit().accept().receipt(state).told).toEqual(['SMS 1 submitted']);
  });

  it('of delivery corrects one of failure', () => {
    const gateway = new Gateway().submit().accept().receipt('UNDELIVERABLE').receipt('DELIVERED');
    expect(gateway.told).toEqual(['SMS 1 submitted', 'SMS 1 failed', 'SMS 1 delivered']);
  });

  it('for an earlier attempt still tells of its delivery, and its failure tells nothing any more', () => {
    const gateway = new Gateway().submit().accept(['a']).receipt('EXPIRED', 'a').submit({ attempt: 2 }).accept(['b'], 2);
    gateway.receipt('UNDELIVERABLE', 'a', 1).receipt('DELIVERED', 'a', 1);
    expect(gateway.told).toEqual(['SMS 1 submitted', 'SMS 1 expired', 'SMS 2 submitted', 'SMS 1 delivered']);
    expect(gateway.state.status).toBe('submitted');
  });

  it('that never comes leaves the outcome unknown once the text can no longer arrive', () => {
    const gateway = new Gateway().submit().accept().pass(6 * HOUR_MS + RECEIPT_GRACE_MS - 1);
    expect(gateway.told).toEqual(['SMS 1 submitted']);
    expect(gateway.pass(1).told).toEqual(['SMS 1 submitted', 'SMS 1 unknown']);
  });

  it('is awaited for the longest validity when the message lives longer', () => {
    const gateway = new Gateway().submit({ expiresAt: START + 30 * 24 * HOUR_MS }).accept();
    expect(gateway.due).toBe(START + MAX_VALIDITY_MS + RECEIPT_GRACE_MS);
  });

  it('cannot be told apart when the SMSC gave no id', () => {
    expect(new Gateway().submit().accept(['']).receipt('DELIVERED', '').told).toEqual(['SMS 1 submitted']);
  });
});

describe('a refusal', () => {
  it('for now is followed by tries further and further apart, until the message ends', () => {
    const gateway = new Gateway().submit({ expiresAt: START + HOUR_MS });
    const times: number[] = [];
    while (gateway.state.status === 'submitting') {
      gateway.refuse('later');
      const before = gateway.now;
      gateway.pass((gateway.due ?? before) - before);
      times.push((gateway.now - before) / 1000);
    }
    expect(times.slice(0, 8)).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    expect(gateway.now).toBe(START + HOUR_MS);
    expect(gateway.told).toEqual(['SMS 1 expired']);
    expect(new Set(gateway.submissions.map(({ attempt }) => attempt)).size).toBe(gateway.submissions.length);
  });

  it('of an earlier submission does not touch a later one', () => {
    const gateway = new Gateway().submit().refuse('later').pass(5_000).refuse('later', 1);
    expect(gateway.state).toMatchObject({ status: 'submitting', number: 2 });
    expect(gateway.accept().told).toEqual(['SMS 1 submitted']);
  });

  it('with a wait of the SMSC\'s own is followed by the next try after it, but not after the end of the message', () => {
    const gateway = new Gateway().submit({ expiresAt: START + 100_000 }).refuse('later', 1, { retryAfterMs: 30_000 });
    expect(gateway.due).toBe(START + 30_000);
    gateway.pass(30_000).refuse('later', 2, { retryAfterMs: 180_000 });
    expect(gateway.due).toBe(START + 100_000);
  });

  it('is counted for each SMSC and status, so that limits hold over tries, and forgotten with the attempt', () => {
    const [a8, a14, b8] = [{ smsc: 'a', status: 0x08 }, { smsc: 'a', status: 0x14 }, { smsc: 'b', status: 0x08 }];
    const gateway = new Gateway().submit();
    for (const refused of [[a8], [a8, b8], [a14], undefined]) gateway.refuse('later', gateway.state.number, { retryAfterMs: 1_000, ...(refused && { refused }) }).pass(1_000);
    expect(gateway.submissions.at(-1)?.refusedBy).toEqual([{ ...a8, times: 2 }, { ...b8, times: 1 }, { ...a14, times: 1 }]);
    expect(gateway.refuse('never').submit({ attempt: 2 }).submissions.at(-1)?.refusedBy).toEqual([]);
  });

  it.each([['never', 'failed'], ['unknown', 'unknown']] as const)('that says %s ends the attempt as %s', (retry, outcome) => {
    const gateway = new Gateway().submit().refuse(retry).pass(HOUR_MS);
    expect(gateway.told).toEqual([`SMS 1 ${outcome}`]);
    expect(gateway.submissions).toHaveLength(1);
  });
});

describe('a submission', () => {
  it('whose answer is never kept has an unknown outcome: the process that made it has crashed', () => {
    const gateway = new Gateway().submit().pass(SILENCE_MS);
    expect(gateway.told).toEqual(['SMS 1 unknown']);
  });

  it('whose answer is kept too late tells of it all the same', () => {
    const gateway = new Gateway().submit().pass(SILENCE_MS).accept(['s1'], 1).receipt('DELIVERED', 's1', 1);
    expect(gateway.told).toEqual(['SMS 1 unknown', 'SMS 1 submitted', 'SMS 1 delivered']);
  });

  it('after an unknown outcome says that it may be a duplicate', () => {
    const gateway = new Gateway().submit().refuse('unknown').submit({ attempt: 2 });
    expect(gateway.submissions.map(({ mayRepeat }) => mayRepeat)).toEqual([false, true]);
  });

  it('is not begun once the message has expired', () => {
    const gateway = new Gateway().submit({ expiresAt: START });
    expect(gateway.submissions).toEqual([]);
    expect(gateway.told).toEqual(['SMS 1 expired']);
  });

  it('whose limit was over before the text\'s turn came is tried again: it says that it wrote nothing', () => {
    const gateway = new Gateway().submit().pass(ANSWER_LIMIT_MS + LATE_ANSWER_MS - 1).refuse('later').pass(5_000);
    expect(gateway.submissions).toHaveLength(2);
    expect(gateway.accept().told).toEqual(['SMS 1 submitted']);
  });

  it('of an older attempt than the last is not begun', () => {
    expect(new Gateway().submit({ attempt: 2 }).submit({ attempt: 1 }).submissions).toHaveLength(1);
  });
});

describe('a cancellation', () => {
  it('stops what has not left', () => {
    const gateway = new Gateway().submit({ form: 'UCN' }).refuse('later').cancel().pass(HOUR_MS);
    expect(gateway.told).toEqual(['UCN 1 cancelled']);
    expect(gateway.submissions).toHaveLength(1);
  });

  it.each([
    ['accepted', (gateway: Gateway) => gateway.accept(), ['SMS 1 submitted']],
    ['refused for now', (gateway: Gateway) => gateway.refuse('later'), ['SMS 1 cancelled']],
    ['refused for good', (gateway: Gateway) => gateway.refuse('never'), ['SMS 1 failed']],
    ['lost', (gateway: Gateway) => gateway.pass(SILENCE_MS), ['SMS 1 unknown']],
  ])('while it is being submitted ends as it is %s', (_, happen, told) => {
    const gateway = new Gateway().submit().cancel().cancel();
    expect(gateway.told).toEqual([]);
    expect(happen(gateway).told).toEqual(told);
  });

  it('after the SMSC took it asks the SMSC for it, once', () => {
    const gateway = new Gateway().submit({ source: '4917600000001' }).accept(['s1', 's2']).cancel().cancel();
    expect(gateway.cancellations).toEqual([{ user: BOB, smsId: `${BOB}|m1`, attempt: 1, sender: ALICE, source: '4917600000001', smsc: 'smsc-a', segmentIds: ['s1', 's2'] }]);
    expect(gateway.told).toEqual(['SMS 1 submitted']);
  });

  it('while it is being submitted asks the SMSC for it once that has it', () => {
    const gateway = new Gateway().submit().cancel();
    expect(gateway.cancellations).toEqual([]);
    expect(gateway.accept().cancellations).toHaveLength(1);
  });

  it.each([
    ['one has arrived in part', (gateway: Gateway) => gateway.accept(['s1', 's2']).receipt('DELIVERED', 's1')],
    ['one has arrived', (gateway: Gateway) => gateway.accept().receipt('DELIVERED')],
    ['the SMSC gave no id', (gateway: Gateway) => gateway.accept([''])],
    ['an earlier version did not note the SMSC', (gateway: Gateway) => gateway.do({ type: 'Accept', submission: 1, segmentIds: ['s1'] })],
  ])('does not ask for it where %s', (_, happen) => {
    expect(happen(new Gateway().submit()).cancel().cancellations).toEqual([]);
  });

  it('ends as the SMSC says that it has dropped it; a receipt that it arrived is believed all the same', () => {
    const gateway = new Gateway().submit({ form: 'UCN' }).accept().cancel().smscCancelled('cancelled').smscCancelled('cancelled');
    expect(gateway.told).toEqual(['UCN 1 submitted', 'UCN 1 cancelled']);
    expect(gateway.receipt('DELETED').told).toHaveLength(2);
    expect(gateway.receipt('DELIVERED').told).toEqual(['UCN 1 submitted', 'UCN 1 cancelled', 'UCN 1 delivered']);
  });

  it('that the SMSC refuses changes nothing: the receipt decides, and it may be asked again', () => {
    const gateway = new Gateway().submit().accept().cancel().smscCancelled('refused');
    expect([gateway.told, gateway.state.status]).toEqual([['SMS 1 submitted'], 'submitted']);
    expect(gateway.cancel().cancellations).toHaveLength(2);
    expect(gateway.receipt('DELIVERED').told).toEqual(['SMS 1 submitted', 'SMS 1 delivered']);
  });

  it('is over when a receipt says that it was dropped, before the SMSC\'s answer is in', () => {
    expect(new Gateway().submit().accept().cancel().receipt('DELETED').smscCancelled('cancelled').told).toEqual(['SMS 1 submitted', 'SMS 1 cancelled']);
    expect(new Gateway().submit().accept().receipt('DELETED').told).toEqual(['SMS 1 submitted', 'SMS 1 failed']);
  });

  it('of a submission that is over is not taken for one of the next', () => {
    const gateway = new Gateway().submit().accept().cancel().receipt('EXPIRED').submit({ attempt: 2 }).accept(['s2']).cancel(2).smscCancelled('cancelled', 1);
    expect(gateway.state).toMatchObject({ status: 'submitted', number: 2 });
  });

  it('that overtakes its text keeps it from being sent', () => {
    const gateway = new Gateway().cancel().submit();
    expect(gateway.submissions).toEqual([]);
    expect(gateway.told).toEqual(['SMS 1 cancelled']);
    expect(gateway.submit({ attempt: 2 }).submissions).toHaveLength(1);
  });

  it('of an earlier attempt stops nothing', () => {
    given([{ type: 'TextTaken', request: request({ attempt: 2 }), at: START }]).when({ type: 'Cancel', cancellation: cancellation(1), now: START }).thenNothing();
  });
});

it('is kept while anything may come, and forgotten a week after', () => {
  const gateway = new Gateway().submit();
  expect(sms.removableAt?.(gateway.state)).toBeUndefined();
  gateway.accept().receipt('DELIVERED');
  expect(sms.removableAt?.(gateway.state)).toBe(START + 6 * HOUR_MS + 7 * 24 * HOUR_MS);
});

it('tells its journey so that a person can follow it', () => {
  const gateway = new Gateway().submit().refuse('later').pass(5_000).accept(['s1', 's2']).receipt('DELIVERED', 's1').receipt('DELIVERED', 's2');
  expect(gateway.journal).toEqual([
    'SMS taken', 'submission 1 to the SMSC', 'refused for now, next try in 5 s', 'submission 2 to the SMSC', 'accepted by the SMSC in 2 segment(s)',
    'receipt DELIVERED of segment s1', 'receipt DELIVERED of segment s2', 'delivered to the handset',
  ]);
  expect(PHONE).toBe(gateway.state.request?.device);
});
