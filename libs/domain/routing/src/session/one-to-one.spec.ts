import { DEFAULT_POLICY } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { ReportDisposition } from '@cpm/contracts-routing';
import { ALICE, ALICES_PHONE, BOB, device, LAPTOP, PHONE, TABLET } from '../scenario.fixture.js';
import { SessionScenario } from './session.fixture.js';

const auto = { autoAnswer: { session: true, fileTransfer: false } };

requirement('CPM-MLD-006', () => {
  it('rings once on every device that can take part', () => {
    const scenario = SessionScenario.ready([device(PHONE), device(TABLET), device(LAPTOP, { capabilities: { services: ['standalone', 'chat'], contentTypes: ['*/*'], maxBytes: 1e6 } })]).start();
    expect(scenario.told()).toEqual(['invited phone', 'invited tablet']);
    expect(scenario.partOf(BOB).legs).toEqual(expect.arrayContaining([expect.objectContaining({ device: LAPTOP, state: 'SKIPPED', reason: 'capability' })]));
  });

  it('leaves out what the user or policy excludes', () => {
    const scenario = SessionScenario.ready();
    scenario.subscriber([device(PHONE), device(TABLET)], { preferences: { deviceRules: [{ deviceId: TABLET, services: ['session'], mode: 'skip' }] } });
    expect(scenario.start().told()).toEqual(['invited phone']);
    const primaryOnly = SessionScenario.ready();
    primaryOnly.policy = { ...DEFAULT_POLICY, 'fork.targets': 'primary' };
    expect(primaryOnly.start().told()).toEqual(['invited phone']);
  });

  it('rings a device that comes back while the invitation lasts, and none after', () => {
    const scenario = SessionScenario.ready().access(TABLET, 'UNAVAILABLE').access(LAPTOP, 'UNAVAILABLE').start();
    scenario.told();
    scenario.access(TABLET, 'AVAILABLE');
    expect(scenario.told()).toEqual(['invited tablet']);
    scenario.advance(DEFAULT_POLICY['session.inviteTtlSec']);
    expect(scenario.told().sort()).toEqual(['cancelled phone expired', 'cancelled tablet expired', 'closed alice expired']);
    scenario.access(LAPTOP, 'AVAILABLE');
    expect(scenario.told()).toEqual([]);
  });
});

requirement('CPM-MLD-007a', () => {
  it('withdraws the invitation from the others, with the name of the device that accepted', () => {
    const scenario = SessionScenario.ready().start();
    scenario.told();
    expect(scenario.act(TABLET, 'accept')).toEqual({ status: 'ok' });
    expect(scenario.told()).toEqual(['established tablet tablet', 'cancelled phone accepted-elsewhere tablet', 'cancelled laptop accepted-elsewhere tablet', 'established alice alice']);
    expect(scenario.act(PHONE, 'accept')).toEqual({ status: 'refused', code: 'accepted-elsewhere', device: TABLET });
    expect(scenario.act(TABLET, 'accept')).toEqual({ status: 'ok' });
    expect(scenario.told()).toEqual([]);
  });

  it('has one outcome of a cancellation against an acceptance: the first', () => {
    const cancelledFirst = SessionScenario.ready().start();
    cancelledFirst.told();
    cancelledFirst.act(ALICES_PHONE, 'leave');
    expect(cancelledFirst.told()).toEqual(['closed alice left', ...['phone', 'tablet', 'laptop'].map((name) => `cancelled ${name} cancelled-by-sender`)]);
    expect(cancelledFirst.act(TABLET, 'accept')).toEqual({ status: 'refused', code: 'cancelled-by-sender' });
    expect(cancelledFirst.partOf(BOB).status).toBe('ended');

    const acceptedFirst = SessionScenario.ready().start();
    acceptedFirst.act(TABLET, 'accept');
    acceptedFirst.told();
    acceptedFirst.act(ALICES_PHONE, 'leave');
    expect(acceptedFirst.told()).toEqual(['closed alice left', 'closed tablet left']);
  });

  it('knows nothing of other sessions and devices', () => {
    const scenario = SessionScenario.ready();
    expect(scenario.act(TABLET, 'accept')).toEqual({ status: 'refused', code: 'unknown-session' });
    scenario.start();
    scenario.subscriber([device(PHONE)]);
    expect(scenario.act(TABLET, 'accept')).toEqual({ status: 'refused', code: 'unknown-device' });
  });
});

requirement('CPM-MLD-008a', () => {
  it('withdraws the invitation from all when the user declines', () => {
    const scenario = SessionScenario.ready().start();
    scenario.told();
    expect(scenario.act(TABLET, 'reject')).toEqual({ status: 'ok' });
    expect(scenario.told()).toEqual(['cancelled tablet rejected', 'cancelled phone rejected-elsewhere tablet', 'cancelled laptop rejected-elsewhere tablet', 'closed alice rejected']);
    expect(scenario.act(PHONE, 'accept')).toEqual({ status: 'refused', code: 'rejected-elsewhere', device: TABLET });
    expect(scenario.act(TABLET, 'reject')).toEqual({ status: 'ok' });
  });

  it('keeps the others ringing when one device is busy, and gives up with the last', () => {
    const scenario = SessionScenario.ready().start();
    scenario.told();
    scenario.act(TABLET, 'reject', 'busy');
    expect(scenario.told()).toEqual(['cancelled tablet unavailable']);
    expect(scenario.partOf(BOB).status).toBe('invited');
    scenario.act(PHONE, 'reject', 'busy');
    scenario.act(LAPTOP, 'reject', 'unsupported');
    expect(scenario.told()).toEqual(['cancelled phone unavailable', 'cancelled laptop unavailable', 'closed alice expired']);
  });

  it('does not let the device that accepted reject', () => {
    const scenario = SessionScenario.ready().start();
    scenario.act(TABLET, 'accept');
    expect(scenario.act(TABLET, 'reject')).toEqual({ status: 'refused', code: 'already-accepted' });
  });
});

requirement('CPM-MLD-026', () => {
  const threeAnswer = () => {
    const scenario = SessionScenario.ready([device(PHONE, auto), device(TABLET, auto), device(LAPTOP, auto)]).start();
    scenario.told();
    return scenario;
  };

  it('keeps every device that answered by itself until the user responds on one', () => {
    const scenario = threeAnswer();
    for (const body of ['one', 'two', 'three']) scenario.say(ALICES_PHONE, body);
    expect(scenario.told()).toEqual(['one', 'two', 'three'].map((body) => `message phone+tablet+laptop ${body}`).map((line) => expect.stringContaining(line.split(' ').at(-1) as string)));
    scenario.say(TABLET, 'reply');
    expect(scenario.told()).toEqual(['closed phone answered-elsewhere tablet', 'closed laptop answered-elsewhere tablet', 'message alice reply']);
    scenario.say(ALICES_PHONE, 'four');
    expect(scenario.told()).toEqual(['message tablet four']);
  });

  it('drops nothing that the other device said at the same time', () => {
    const scenario = threeAnswer();
    scenario.say(TABLET, 'from the tablet');
    scenario.say(PHONE, 'from the phone');
    expect(scenario.told().filter((line) => line.startsWith('message'))).toEqual(['message alice from the tablet', 'message alice from the phone']);
    expect(scenario.partOf(BOB).legs.filter(({ state }) => state === 'JOINED').map((leg) => leg.device)).toEqual([TABLET]);
  });

  it('closes all when nobody says anything for the time of inactivity, without a winner', () => {
    const scenario = threeAnswer();
    scenario.advance(DEFAULT_POLICY['session.inactivitySec']);
    expect(scenario.told().sort()).toEqual(['closed alice inactivity', 'closed laptop inactivity', 'closed phone inactivity', 'closed tablet inactivity']);
    expect(scenario.partOf(BOB).contest).toEqual({ stage: 'closed', reason: 'inactivity' });
  });

  it.each([['MESSAGE', 3], ['COMPOSING', 1]] as const)('counts writing as a response only where policy says so (%s)', (trigger, left) => {
    const scenario = threeAnswer();
    scenario.policy = { ...DEFAULT_POLICY, 'autoAnswer.responseTrigger': trigger };
    scenario.say(LAPTOP, '<isComposing/>', { contentType: 'application/im-iscomposing+xml' });
    expect(scenario.partOf(BOB).legs.filter(({ state }) => state === 'JOINED').length).toBe(left);
    expect(scenario.told()).toContain('message alice <isComposing/>');
    expect(scenario.of('OfferMessage')).toEqual([]);
  });

  it('closes what answered by itself when the user picks up where it rings', () => {
    const scenario = SessionScenario.ready([device(PHONE), device(TABLET, auto)]).start();
    expect(scenario.told()).toEqual(['invited phone', 'established tablet tablet', 'established alice alice']);
    scenario.act(PHONE, 'accept');
    expect(scenario.told()).toEqual(['established phone phone', 'closed tablet answered-elsewhere phone']);
  });
});

requirement('CPM-MLD-028', () => {
  it('sends a chat text by SMS to the Primary without IP although a Secondary answered by itself', () => {
    const scenario = SessionScenario.ready([device(PHONE), device(TABLET, auto)]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').start();
    scenario.told();
    scenario.say(ALICES_PHONE, 'Dinner?');
    expect(scenario.of('SubmitSms')).toEqual([expect.objectContaining({ device: PHONE, text: 'Dinner?' })]);
    expect(scenario.told()).toEqual(['message tablet Dinner?']);
  });

  it.each([[false, 0], [true, 1]])('does not flood the Primary while the user is on a Secondary, unless policy says so (%s)', (wanted, texts) => {
    const scenario = SessionScenario.ready([device(PHONE), device(TABLET)]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').start();
    scenario.policy = { ...DEFAULT_POLICY, 'primary.smsDuringActiveSession': wanted };
    scenario.act(TABLET, 'accept');
    scenario.say(ALICES_PHONE, 'Dinner?');
    expect(scenario.of('SubmitSms').length).toBe(texts);
  });

  it('leaves the Primary for later where policy forbids immediate delivery', () => {
    const scenario = SessionScenario.ready([device(PHONE), device(TABLET, auto)]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').start();
    scenario.policy = { ...DEFAULT_POLICY, 'primary.immediateDelivery': false };
    scenario.say(ALICES_PHONE, 'Dinner?');
    expect(scenario.of('SubmitSms')).toEqual([]);
    scenario.told();
    scenario.access(PHONE, 'AVAILABLE', 'AVAILABLE');
    expect(scenario.told()).toContain('message phone Dinner?');
  });
});

requirement('CPM-MLD-022', () => {
  it('addresses the report of a chat message to the device that sent it, also after the session', () => {
    const scenario = SessionScenario.ready().start();
    scenario.act(TABLET, 'accept');
    const messageId = scenario.say(ALICES_PHONE, 'Hello');
    scenario.act(ALICES_PHONE, 'leave');
    scenario.hear(ReportDisposition, { user: BOB, messageId, items: [{ device: TABLET, status: 'delivered', at: scenario.now }] });
    expect(scenario.of('DispositionEvidence')).toEqual([expect.objectContaining({ messageId, sender: ALICE, originDevice: ALICES_PHONE, service: 'chat', items: [expect.objectContaining({ status: 'delivered' })] })]);
  });
});

describe('what is said before anybody answered', () => {
  it('waits for the answer, and goes to the device that answered', () => {
    const scenario = SessionScenario.ready().start();
    scenario.told();
    scenario.say(ALICES_PHONE, 'Are you there?');
    expect(scenario.told()).toEqual([]);
    scenario.act(TABLET, 'accept');
    expect(scenario.told()).toEqual(expect.arrayContaining(['message tablet Are you there?']));
  });

  it('goes to a device that was busy and is answered from after all', () => {
    const scenario = SessionScenario.ready().start();
    scenario.act(TABLET, 'reject', 'busy');
    scenario.say(ALICES_PHONE, 'Are you there?');
    scenario.told();
    scenario.act(TABLET, 'accept');
    expect(scenario.told()).toContain('message tablet Are you there?');
  });

  it('goes to every device when nobody answers', () => {
    const scenario = SessionScenario.ready([device(PHONE), device(TABLET)]).start();
    scenario.say(ALICES_PHONE, 'Are you there?');
    scenario.told();
    scenario.advance(DEFAULT_POLICY['session.inviteTtlSec']);
    expect(scenario.told()).toContain('message tablet+phone Are you there?');
  });

  it('fails when the user declines, and goes to nobody', () => {
    const scenario = SessionScenario.ready().start();
    scenario.say(ALICES_PHONE, 'Are you there?');
    scenario.told();
    scenario.act(TABLET, 'reject');
    expect(scenario.evidence()).toEqual(['failed IP']);
    expect(scenario.told().filter((line) => line.startsWith('message'))).toEqual([]);
  });

  it('reaches a Primary without IP by SMS at once', () => {
    const scenario = SessionScenario.ready([device(PHONE), device(TABLET)]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').start();
    scenario.say(ALICES_PHONE, 'Are you there?');
    expect(scenario.of('SubmitSms').length).toBe(1);
  });

  it('reaches the other also when he has hung up, and fails when he had declined', () => {
    const hungUp = SessionScenario.ready().start();
    hungUp.act(ALICES_PHONE, 'leave');
    hungUp.told();
    hungUp.say(LAPTOP, 'Sorry, I missed you');
    expect(hungUp.told()).toEqual(['message alice Sorry, I missed you']);
    const declined = SessionScenario.ready().start();
    declined.act(TABLET, 'reject');
    declined.say(ALICES_PHONE, 'Why?');
    expect(declined.evidence()).toEqual(['failed IP']);
  });

  it('is an answer when the invited user says it', () => {
    const scenario = SessionScenario.ready().start();
    scenario.told();
    scenario.say(LAPTOP, 'I am here');
    expect(scenario.told()).toEqual(['established laptop laptop', 'cancelled phone accepted-elsewhere laptop', 'cancelled tablet accepted-elsewhere laptop', 'established alice alice', 'message alice I am here']);
  });
});

describe('a device that answered and then lost its connection', () => {
  const lost = () => {
    const scenario = SessionScenario.ready().start();
    scenario.act(LAPTOP, 'accept');
    scenario.access(LAPTOP, 'UNAVAILABLE').told();
    return scenario;
  };

  it('does not keep from the others what is said meanwhile, and gets it itself when it is back', () => {
    const scenario = lost();
    scenario.say(ALICES_PHONE, 'Are you still there?');
    expect(scenario.told()).toEqual(['message tablet+phone Are you still there?']);
    scenario.access(LAPTOP, 'AVAILABLE');
    expect(scenario.told()).toEqual(['message laptop Are you still there?']);
  });

  it('does not keep its user from going on with another', () => {
    const scenario = lost();
    scenario.say(PHONE, 'I am on the phone now');
    expect(scenario.told()).toEqual(['established phone phone', 'closed laptop answered-elsewhere phone', 'message alice I am on the phone now']);
    expect(scenario.act(TABLET, 'accept')).toEqual({ status: 'refused', code: 'accepted-elsewhere', device: PHONE });
  });
});
