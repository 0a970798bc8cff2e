import fc from 'fast-check';
import { ANSWER_LIMIT_MS, LATE_ANSWER_MS } from './sms.decider.js';
import { Gateway, HOUR_MS } from './sms.fixture.js';

const number = fc.integer({ min: 0, max: 4 });
const step = fc.oneof(
  fc.record({ does: fc.constant('submit' as const), attempt: fc.integer({ min: 1, max: 3 }), form: fc.constantFrom('SMS' as const, 'UCN' as const) }),
  fc.record({ does: fc.constant('cancel' as const), attempt: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ does: fc.constant('accept' as const), submission: number, segments: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ does: fc.constant('refuse' as const), submission: number, retry: fc.constantFrom('later' as const, 'never' as const, 'unknown' as const) }),
  fc.record({ does: fc.constant('receipt' as const), submission: number, segment: fc.integer({ min: 1, max: 3 }), state: fc.constantFrom('DELIVERED' as const, 'UNDELIVERABLE' as const, 'DELETED' as const, 'ENROUTE' as const) }),
  fc.record({ does: fc.constant('smscCancelled' as const), submission: number, outcome: fc.constantFrom('cancelled' as const, 'refused' as const), dropped: fc.subarray([1, 2, 3], { minLength: 1 }) }),
  fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1_000, ANSWER_LIMIT_MS, HOUR_MS, 8 * HOUR_MS) }),
);

function play(gateway: Gateway, one: typeof step extends fc.Arbitrary<infer Step> ? Step : never): Gateway {
  switch (one.does) {
    case 'submit': return gateway.submit({ attempt: one.attempt, form: one.form });
    case 'cancel': return gateway.cancel(one.attempt);
    case 'accept': return gateway.accept(Array.from({ length: one.segments }, (_, at) => `${one.submission}-${at + 1}`), one.submission);
    case 'refuse': return gateway.refuse(one.retry, one.submission);
    case 'receipt': return gateway.receipt(one.state, `${one.submission}-${one.segment}`, one.submission);
    case 'smscCancelled': return gateway.smscCancelled(one.outcome, one.submission, one.dropped.map((at) => `${one.submission}-${at}`));
    case 'pass': return gateway.pass(one.ms);
  }
}

const steps = fc.array(step, { maxLength: 40 });

it('never has two submissions of one attempt at the SMSC unless the first left nothing there', () => {
  fc.assert(fc.property(steps, (all) => {
    const gateway = new Gateway();
    for (const one of all) {
      const { status, number: last } = gateway.state;
      const before = gateway.submissions.length;
      play(gateway, one);
      const begun = gateway.submissions.slice(before);
      // While an answer or a receipt is awaited only a further attempt of routing may begin another.
      if ((status === 'submitting' || status === 'submitted') && one.does !== 'pass') expect(begun.length).toBeLessThanOrEqual(one.does === 'submit' ? 1 : 0);
      for (const { attempt } of begun) expect(attempt).toBeGreaterThan(last);
    }
    const numbers = gateway.submissions.map(({ attempt }) => attempt);
    expect(new Set(numbers).size).toBe(numbers.length);
  }));
});

it('tells routing of each delivery once, and of nothing but deliveries once the attempt has ended', () => {
  fc.assert(fc.property(steps, (all) => {
    const gateway = new Gateway();
    for (const one of all) play(gateway, one);
    const delivered = gateway.told.filter((line) => line.endsWith('delivered'));
    const numbersOf = new Map<string, number>();
    for (const line of delivered) numbersOf.set(line, (numbersOf.get(line) ?? 0) + 1);
    const tries = new Map<string, number>();
    for (const { form } of gateway.submissions) tries.set(form, (tries.get(form) ?? 0) + 1);
    for (const [line, count] of numbersOf) expect(count).toBeLessThanOrEqual(tries.get(line.split(' ')[0] as string) ?? 0);
    for (const end of ['failed', 'cancelled', 'expired', 'unknown']) {
      for (const attempt of [1, 2, 3]) expect(gateway.told.filter((line) => line.endsWith(`${attempt} ${end}`)).length).toBeLessThanOrEqual(1);
    }
  }));
});

it('always waits for something or has ended: no text is forgotten', () => {
  fc.assert(fc.property(steps, (all) => {
    const gateway = new Gateway();
    for (const one of all) play(gateway, one);
    expect(gateway.state.status === 'none' || gateway.state.status === 'ended' || gateway.due !== undefined).toBe(true);
    gateway.pass(200 * HOUR_MS);
    if (gateway.state.status === 'submitting') gateway.pass(200 * HOUR_MS);
    expect(['none', 'ended']).toContain(gateway.state.status);
  }));
});

type News = readonly [segment: string, state: 'DELIVERED' | 'UNDELIVERABLE' | 'ENROUTE' | 'ACCEPTED' | 'EXPIRED'];
const segment = fc.constantFrom('s1', 's2');
const news = fc.tuple(segment, fc.constantFrom('UNDELIVERABLE' as const, 'ENROUTE' as const, 'ACCEPTED' as const, 'EXPIRED' as const));
const both: readonly News[] = [['s1', 'DELIVERED'], ['s2', 'DELIVERED']];
/** Everything that is said of one submission in two segments, in any order, any of it more than once; the SMSC's answer is among it, or is lost. */
const rumours = fc.tuple(fc.array(fc.oneof(news, fc.constantFrom(...both)), { maxLength: 8 }), fc.boolean(), fc.boolean()).chain(([more, delivers, answers]) => {
  const all: readonly (News | 'answer' | 'timeout')[] = [...(delivers ? both : []), ...more, ...(answers ? ['answer' as const, 'answer' as const] : []), 'timeout'];
  return fc.shuffledSubarray([...all], { minLength: all.length });
});

it('has one outcome whatever the order of answer, receipts and timeout, and delivery is it once every segment came', () => {
  fc.assert(fc.property(rumours, fc.boolean(), (all, counted) => {
    const gateway = new Gateway().submit();
    for (const one of all) {
      if (one === 'answer') gateway.accept(['s1', 's2'], 1);
      else if (one === 'timeout') gateway.pass(ANSWER_LIMIT_MS + LATE_ANSWER_MS);
      else gateway.receipt(one[1], one[0], 1, counted ? 2 : undefined);
    }
    const came = both.every(([id]) => all.some((one) => Array.isArray(one) && one[0] === id && one[1] === 'DELIVERED'));
    const told = (status: string) => gateway.told.filter((line) => line === `SMS 1 ${status}`).length;
    const isKnown = all.includes('answer');
    const lastReport = Math.max(...both.map(([id]) => all.findIndex((one) => Array.isArray(one) && one[0] === id)));
    const isProven = counted && both.every(([id]) => all.some((one) => Array.isArray(one) && one[0] === id));
    expect(told('delivered')).toBe(came && (isKnown || counted) ? 1 : 0);
    if (isKnown || (came && counted)) expect(told('submitted')).toBe(1);
    else if (!isProven) expect(told('submitted')).toBe(0);
    if (isProven && lastReport < all.indexOf('timeout')) expect(told('unknown')).toBe(0);
    expect(told('failed') + told('expired') + told('unknown')).toBeLessThanOrEqual(1);
    expect(gateway.observed.filter((line) => line.startsWith('AVAILABLE')).length).toBeLessThanOrEqual(1);
    expect(gateway.submissions).toHaveLength(1);
  }));
});
