import { DEFAULT_POLICY } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { ReportDisposition } from '@cpm/contracts-routing';
import { ALICES_PHONE, BOB, device, LAPTOP, PHONE, TABLET } from '../scenario.fixture.js';
import { CAROL, CAROLS_PHONE, SessionScenario } from './session.fixture.js';

const auto = { autoAnswer: { session: true, fileTransfer: false } };

function group(kind: 'closed-group' | 'long-lived-group' = 'closed-group', bobs = [device(PHONE), device(TABLET)]): SessionScenario {
  const scenario = SessionScenario.ready(bobs).start(kind, [BOB, CAROL]);
  scenario.told();
  return scenario;
}

function joined(kind?: 'closed-group' | 'long-lived-group'): SessionScenario {
  const scenario = group(kind);
  scenario.act(TABLET, 'accept');
  scenario.act(CAROLS_PHONE, 'accept');
  scenario.told();
  return scenario;
}

function deliveredBy(scenario: SessionScenario, messageId: string, device: typeof PHONE, user = BOB): string[] {
  scenario.fresh().hear(ReportDisposition, { user, messageId, items: [{ device, status: 'delivered', at: scenario.now }, { device, status: 'displayed', at: scenario.now }] });
  return scenario.evidence();
}

describe('a Primary without IP in a group', () => {
  it('gets no SMS of what it opened from the store before', () => {
    const scenario = SessionScenario.ready().access(CAROLS_PHONE, 'UNAVAILABLE', 'UNAVAILABLE').start('closed-group', [BOB, CAROL]);
    const messageId = scenario.say(ALICES_PHONE, 'Hello all');
    expect(deliveredBy(scenario, messageId, CAROLS_PHONE, CAROL)).toEqual(['delivered IP', 'displayed IP']);
    scenario.fresh().access(CAROLS_PHONE, 'UNAVAILABLE', 'AVAILABLE');
    expect(scenario.of('SubmitGroupSms')).toEqual([]);
  });
});

requirement('CPM-MLD-025', () => {
  it('does not count what a device opens from the store that was never in, even when the message has expired for it', () => {
    const scenario = SessionScenario.ready().access(CAROLS_PHONE, 'UNAVAILABLE', 'UNAVAILABLE').start('closed-group', [BOB, CAROL]);
    const messageId = scenario.say(ALICES_PHONE, 'Hello all', { expiresAt: scenario.now + 20_000 });
    scenario.advance(60);
    expect(deliveredBy(scenario, messageId, CAROLS_PHONE, CAROL)).toEqual([]);
  });

  it('counts for each recipient only what was displayed on devices that took part', () => {
    const scenario = joined();
    const messageId = scenario.say(ALICES_PHONE, 'Hello all');
    expect(deliveredBy(scenario, messageId, PHONE)).toEqual([]);
    expect(scenario.of('ChangeObject')).toEqual([expect.objectContaining({ messageId, change: 'seen', device: PHONE })]);
    expect(deliveredBy(scenario, messageId, TABLET)).toEqual(['delivered IP', 'displayed IP']);
    expect(deliveredBy(scenario, messageId, CAROLS_PHONE, CAROL)).toEqual(['delivered IP', 'displayed IP']);
    expect(scenario.journey).toEqual(expect.arrayContaining([expect.objectContaining({ device: PHONE, reason: 'not-participant' })]));
  });

  it('does not count what is opened from the store on a device that still rings', () => {
    const scenario = group('closed-group', [device(PHONE), device(TABLET, auto)]);
    const messageId = scenario.say(ALICES_PHONE, 'Hello all');
    expect(deliveredBy(scenario, messageId, PHONE)).toEqual([]);
    expect(deliveredBy(scenario, messageId, TABLET)).toEqual(['delivered IP', 'displayed IP']);
  });
});

requirement('CPM-MLD-024', () => {
  it('hears once from a user who takes part with two devices', () => {
    const scenario = group('closed-group', [device(PHONE, auto), device(TABLET, auto)]);
    const messageId = scenario.say(ALICES_PHONE, 'Hello all');
    scenario.hear(ReportDisposition, { user: BOB, messageId, items: [PHONE, TABLET].map((id) => ({ device: id, status: 'delivered' as const, at: scenario.now })) });
    const recipients = scenario.of('DispositionEvidence').map(({ recipient }: { recipient: string }) => recipient);
    expect(new Set(recipients)).toEqual(new Set([BOB]));
  });

  it('counts the SMS of a member who is reached by nothing else', () => {
    const scenario = SessionScenario.ready().access(CAROLS_PHONE, 'UNAVAILABLE', 'AVAILABLE').start('closed-group', [BOB, CAROL]);
    scenario.say(ALICES_PHONE, 'Hello all');
    expect(scenario.of('SubmitGroupSms')).toEqual([expect.objectContaining({ user: CAROL, device: CAROLS_PHONE, text: '+4915110000001: Hello all', sessionId: 's1' })]);
  });

  it('keeps the number of recipients as it was when the message was sent', () => {
    const scenario = joined();
    scenario.say(ALICES_PHONE, 'Hello all');
    expect(scenario.of('DepositObject').filter(({ direction }: { direction: string }) => direction === 'Out')).toEqual([expect.objectContaining({ party: 'conversation-1', message: expect.objectContaining({ to: [BOB, CAROL] }) })]);
    scenario.act(CAROLS_PHONE, 'leave');
    scenario.fresh().say(ALICES_PHONE, 'Hello Bob');
    expect(scenario.of('DepositObject').find(({ direction }: { direction: string }) => direction === 'Out').message.to).toEqual([BOB]);
  });
});

requirement('CPM-MLD-011', () => {
  it('passes messages in one order to all, and on from whichever device they are said', () => {
    const scenario = joined();
    scenario.say(ALICES_PHONE, 'one');
    scenario.say(TABLET, 'two');
    scenario.say(PHONE, 'three');
    const carols = scenario.told().filter((line) => line.startsWith('message carol'));
    expect(carols).toEqual(['message carol one', 'message carol two', 'message carol three']);
  });

  it('never asks a member again who left', () => {
    const scenario = joined('long-lived-group');
    scenario.act(CAROLS_PHONE, 'leave');
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    scenario.told();
    scenario.act(ALICES_PHONE, 'restart');
    expect(scenario.told().filter((line) => line.includes('carol'))).toEqual([]);
    expect(scenario.act(CAROLS_PHONE, 'restart')).toEqual({ status: 'refused', code: 'left' });
  });

  it('comes to life again when a member says something, and asks all that belong to it', () => {
    const scenario = joined('long-lived-group');
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    expect(scenario.focus.active).toBe(false);
    scenario.told();
    scenario.say(TABLET, 'still here?');
    expect(scenario.focus).toMatchObject({ active: true, generation: 2, session: { conversationId: 'conversation-1', contributionId: 'contribution-1' } });
    expect(scenario.told().sort()).toEqual(['established tablet tablet', 'invited alice', 'invited carol']);
    scenario.act(CAROLS_PHONE, 'accept');
    expect(scenario.told()).toEqual(expect.arrayContaining(['message carol still here?', 'established tablet tablet']));
  });

  it('has one focus when two members restart it at once: the second is joined to it', () => {
    const scenario = joined('long-lived-group');
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    scenario.told();
    expect([scenario.act(TABLET, 'restart'), scenario.act(CAROLS_PHONE, 'restart')]).toEqual([{ status: 'ok' }, { status: 'ok' }]);
    expect(scenario.focus.generation).toBe(2);
    expect(scenario.partOf(CAROL)).toMatchObject({ status: 'joined', generation: 2 });
    expect(scenario.partOf(BOB)).toMatchObject({ status: 'joined', generation: 2 });
  });

  it('takes a device in that was enrolled later, with the next restart', () => {
    const scenario = joined('long-lived-group');
    scenario.subscriber([device(PHONE), device(TABLET), device(LAPTOP)]).access(LAPTOP, 'AVAILABLE');
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    scenario.told();
    scenario.act(ALICES_PHONE, 'restart');
    expect(scenario.told()).toContain('invited laptop');
  });

  it('lets a member in who did not hear it ring, when he asks for a restart while it runs', () => {
    const scenario = group('long-lived-group');
    scenario.act(CAROLS_PHONE, 'accept');
    scenario.advance(DEFAULT_POLICY['session.inviteTtlSec']);
    scenario.say(CAROLS_PHONE, 'anybody?');
    scenario.told();
    expect(scenario.act(TABLET, 'restart')).toEqual({ status: 'ok' });
    expect(scenario.told()).toEqual(['established tablet tablet']);
    expect(scenario.partOf(BOB).status).toBe('joined');
  });

  it('is not brought together again by somebody who is only writing', () => {
    const scenario = joined('long-lived-group');
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    scenario.told();
    scenario.say(TABLET, '<isComposing/>', { contentType: 'application/im-iscomposing+xml' });
    expect([scenario.focus.active, scenario.told()]).toEqual([false, []]);
  });

  it('does not restart a closed group', () => {
    const scenario = joined();
    expect(scenario.act(TABLET, 'restart')).toEqual({ status: 'refused', code: 'not-restartable' });
  });

  it('ends with the last but one', () => {
    const scenario = joined();
    scenario.act(CAROLS_PHONE, 'leave');
    expect(scenario.focus.active).toBe(true);
    scenario.told();
    scenario.act(TABLET, 'leave');
    expect(scenario.told()).toContain('closed alice left');
  });

  it('is called off by its creator before anybody joined', () => {
    const scenario = group();
    scenario.act(ALICES_PHONE, 'leave');
    expect(scenario.told()).toEqual(expect.arrayContaining(['cancelled carol cancelled-by-sender', 'cancelled tablet cancelled-by-sender']));
  });
});

describe('a group session', () => {
  it('does not deliver to a member who left what had not reached him, and reports nothing of him', () => {
    const scenario = joined();
    scenario.access(TABLET, 'UNAVAILABLE').access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE');
    const messageId = scenario.say(ALICES_PHONE, 'Hello all', { dispositionNotification: ['negative-delivery'], expiresAt: scenario.now + 60_000 });
    scenario.act(TABLET, 'leave');
    scenario.fresh().access(TABLET, 'AVAILABLE');
    expect(scenario.told().filter((line) => line.startsWith('message'))).toEqual([]);
    scenario.advance(120);
    expect(scenario.of('DispositionEvidence').filter((evidence: { messageId: string; recipient: string }) => evidence.messageId === messageId && evidence.recipient === BOB)).toEqual([]);
  });

  it('tells everyone but the sender that somebody is writing, and keeps nothing of it', () => {
    const scenario = joined();
    scenario.say(TABLET, '<isComposing/>', { contentType: 'application/im-iscomposing+xml' });
    expect(scenario.told().sort()).toEqual(['message alice <isComposing/>', 'message carol <isComposing/>']);
    expect(scenario.of('DepositObject')).toEqual([]);
  });

  it('refuses what somebody says who left, and tells him for each of the others', () => {
    const scenario = joined();
    scenario.act(CAROLS_PHONE, 'leave');
    scenario.fresh().say(CAROLS_PHONE, 'one more thing');
    expect(scenario.evidence()).toEqual(['failed IP', 'failed IP']);
  });

  it('removes devices that the user has no more from those it waits for', () => {
    const scenario = group();
    scenario.subscriber([device(PHONE)]);
    expect(scenario.partOf(BOB).legs).toEqual(expect.arrayContaining([expect.objectContaining({ device: TABLET, state: 'PASSED', reason: 'device-removed' })]));
  });
});
