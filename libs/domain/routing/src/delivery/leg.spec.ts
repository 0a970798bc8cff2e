import { PHONE, START, text, BOB } from '../scenario.fixture.js';
import { deliveryDecider } from './delivery.decider.js';
import type { Delivery } from './delivery.js';
import { isFinal, LEG_STATES, LEG_TRANSITIONS, plannedLeg, type LegState } from './leg.js';

const pairs = LEG_STATES.flatMap((from) => LEG_STATES.map((to) => [from, to] as const));

function move(from: LegState, to: LegState): Delivery {
  const leg = plannedLeg(PHONE, 'primary', START);
  const offer = { message: text(), recipient: BOB, depositSentCopy: false };
  const offered = deliveryDecider.evolve(deliveryDecider.initial, { type: 'MessageOffered', offer, unreachable: null });
  const before = { ...offered, legs: from === 'PLANNED' ? [] : [{ ...leg, state: from }] } as Delivery;
  return deliveryDecider.evolve(before, { type: 'LegMoved', from, leg: { ...leg, state: to } });
}

describe('life cycle of a leg', () => {
  it.each(pairs.filter(([from, to]) => LEG_TRANSITIONS[from].includes(to)))('%s may become %s', (from, to) => {
    expect(move(from, to)).toMatchObject({ legs: [{ state: to }] });
  });

  it.each(pairs.filter(([from, to]) => !LEG_TRANSITIONS[from].includes(to)))('%s cannot become %s', (from, to) => {
    expect(() => move(from, to)).toThrow(`from ${from} to ${to}`);
  });

  it('ends for good, but for a display after a delivery, a file that is offered again, and a device that is let into a session', () => {
    const left = LEG_STATES.filter((state) => isFinal({ state }) && LEG_TRANSITIONS[state].length > 0);
    expect(left).toEqual(['WITHDRAWN', 'DELIVERED', 'SKIPPED']);
    expect(LEG_TRANSITIONS.DELIVERED).toEqual(['DISPLAYED']);
  });

  it('never leads back from an SMS that left to a push', () => {
    expect(LEG_TRANSITIONS.SMS_SUBMITTED).not.toContain('PUSHED');
    expect(LEG_TRANSITIONS.SMS_REQUESTED).not.toContain('PUSHED');
    expect(LEG_TRANSITIONS.SMS_CANCELLING).not.toContain('PUSHED');
  });
});
