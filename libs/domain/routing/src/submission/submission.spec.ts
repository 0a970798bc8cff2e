import { requirement } from '@cpm/runtime-decider';
import { SubmitMessage } from '@cpm/contracts-routing';
import { ALICE, BOB, PHONE, Scenario, TABLET, text } from '../scenario.fixture.js';
import type { CpmAddress } from '@cpm/vocabulary';

const CAROL = 'tel:+4915140000004' as CpmAddress;

describe('a message with several recipients', () => {
  it('becomes one offer each and one sent copy, once', () => {
    const scenario = new Scenario();
    const submitted = { message: text(), recipients: [BOB, CAROL, BOB] };
    scenario.hear(SubmitMessage, submitted);
    expect(scenario.of('OfferMessage').map(({ recipient, depositSentCopy }) => [recipient, depositSentCopy])).toEqual([[BOB, false], [CAROL, false]]);
    expect(scenario.of('DepositObject').filter(({ direction }) => direction === 'Out')).toMatchObject([{ user: ALICE, party: BOB }]);
    scenario.fresh().hear(SubmitMessage, submitted);
    expect(scenario.published).toEqual([]);
  });
});

requirement('CPM-MLD-011', () => {
  it('every device of the recipient and both stores see the same conversation', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'AVAILABLE').access(TABLET, 'AVAILABLE').offer(text('yes', { inReplyTo: 'contribution-0' }));
    const thread = { conversationId: 'conversation-1', contributionId: 'contribution-1', inReplyTo: 'contribution-0' };
    expect(scenario.frames()).toMatchObject([{ devices: [TABLET, PHONE], data: thread }]);
    expect(scenario.of('DepositObject')).toMatchObject([{ message: thread }, { message: thread }]);
  });

  it('an absent reply reference is left out', () => {
    const scenario = new Scenario().subscriber().access(PHONE, 'AVAILABLE').offer();
    expect(scenario.frames()[0]?.data).not.toHaveProperty('inReplyTo');
  });
});
