import { DEFAULT_POLICY, type DeviceId } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { AnswerFileTransfer, ReportFileProgress, type OfferAnswer } from '@cpm/contracts-routing';
import { BOB, device, image, LAPTOP, PHONE, Scenario, TABLET } from '../scenario.fixture.js';

const photo = image({ service: 'file-transfer', file: { name: 'photo.jpg', sha256: 'abc' }, dispositionNotification: ['positive-delivery', 'negative-delivery', 'display'] });

class FileScenario extends Scenario {
  private commands = 0;

  answer(id: DeviceId, answer: 'accept' | 'reject', failure?: 'busy'): OfferAnswer {
    const commandId = `c${(this.commands += 1)}`;
    this.hear(AnswerFileTransfer, { commandId, user: BOB, device: id, transferId: 'm1', answer, ...(failure && { failure }), at: this.now });
    return this.answers.get(commandId) as OfferAnswer;
  }

  progress(id: DeviceId, progress: 'started' | 'completed' | 'interrupted', fetch = 'f1'): this {
    this.hear(ReportFileProgress, { user: BOB, device: id, transferId: 'm1', progress, fetch, at: this.now });
    return this;
  }

  /** `type to data` of frames since the last look, without what the type says already. */
  told(): string[] {
    const names: Record<string, string> = { [PHONE]: 'phone', [TABLET]: 'tablet', [LAPTOP]: 'laptop' };
    const told = this.frames().filter(({ type }) => type.startsWith('file-transfer')).map(({ type, devices, data }) => {
      const to = (devices as DeviceId[]).map((id) => names[id] ?? 'sender').join('+');
      return [type.slice('file-transfer.'.length), to, data['reason'] as string | undefined, data['device'] as string | undefined].filter((part) => part !== undefined).join(' ');
    });
    this.fresh();
    return told;
  }
}

function offered(...devices: Parameters<Scenario['subscriber']>[0] & object): FileScenario {
  const scenario = new FileScenario();
  scenario.subscriber(devices.length > 0 ? devices : [device(PHONE), device(TABLET), device(LAPTOP)]);
  for (const id of [PHONE, TABLET, LAPTOP]) scenario.access(id, 'AVAILABLE');
  scenario.offer(photo);
  return scenario;
}

requirement('CPM-MLD-019', () => {
  it('offers a file to the devices that can take it', () => {
    const services = ['standalone'] as const;
    const scenario = offered(device(PHONE), device(TABLET, { capabilities: { services: [...services], contentTypes: ['*/*'], maxBytes: 1e6 } }), device(LAPTOP));
    expect(scenario.legs()).toMatchObject({ tablet: 'SKIPPED SKIP(capability)', phone: 'PUSHED FULL(ip-available)', laptop: 'PUSHED FULL(ip-available)' });
    expect(scenario.told()).toEqual(['invited laptop+phone']);
  });

  it('does not offer what is too large or of a type that the device does not take', () => {
    const small = device(TABLET, { capabilities: { services: ['file-transfer'], contentTypes: ['*/*'], maxBytes: 10 } });
    const textOnly = device(LAPTOP, { capabilities: { services: ['file-transfer'], contentTypes: ['text/*'], maxBytes: 1e6 } });
    expect(offered(device(PHONE), small, textOnly).legs()).toMatchObject({ tablet: 'SKIPPED SKIP(too-large)', laptop: 'SKIPPED SKIP(content-type)' });
  });
});

requirement('CPM-MLD-020', () => {
  it('withdraws the offer from the others when one device accepts', () => {
    const scenario = offered();
    scenario.told();
    expect(scenario.answer(TABLET, 'accept')).toEqual({ status: 'accepted', contentId: 'f1', transferId: 'm1' });
    expect(scenario.told()).toEqual(['accepted sender', `cancelled laptop+phone accepted-elsewhere ${TABLET}`]);
  });

  it('gives the second device 409 with the name of the first, and the first the same answer again', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    expect(scenario.answer(PHONE, 'accept')).toEqual({ status: 'refused', code: 'accepted-elsewhere', device: TABLET });
    expect(scenario.answer(PHONE, 'reject')).toEqual({ status: 'refused', code: 'accepted-elsewhere', device: TABLET });
    scenario.told();
    expect(scenario.answer(TABLET, 'accept')).toMatchObject({ status: 'accepted' });
    expect(scenario.told()).toEqual([]);
  });

  it('reports delivery once, when the file is wholly there', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    expect(scenario.evidence()).toEqual([]);
    scenario.progress(TABLET, 'completed').progress(TABLET, 'completed').report(TABLET, 'delivered');
    expect(scenario.evidence()).toEqual(['delivered IP']);
    expect(scenario.told()).toEqual(expect.arrayContaining(['ended sender completed']));
  });

  it('lets the device that was broken off go on, and offers the file to all again when it does not', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    scenario.progress(TABLET, 'interrupted');
    expect(scenario.legs()['tablet']).toBe('INTERRUPTED FULL(interrupted)');
    expect(scenario.answer(PHONE, 'accept')).toMatchObject({ code: 'accepted-elsewhere' });
    scenario.answer(TABLET, 'accept');
    expect(scenario.legs()['tablet']).toBe('ACCEPTED FULL(accepted)');
    scenario.progress(TABLET, 'interrupted').told();
    scenario.advance(DEFAULT_POLICY['ft.resumeWindowSec']);
    expect(scenario.told()).toEqual(['invited tablet+laptop+phone']);
    expect(scenario.answer(PHONE, 'accept')).toMatchObject({ status: 'accepted' });
  });

  it('counts a device that goes on after all were asked again as the one that accepted', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    scenario.progress(TABLET, 'interrupted').advance(DEFAULT_POLICY['ft.resumeWindowSec']);
    scenario.told();
    scenario.progress(TABLET, 'completed');
    expect(scenario.told()).toEqual(['accepted sender', `cancelled laptop+phone accepted-elsewhere ${TABLET}`, 'ended sender completed']);
    expect(scenario.evidence()).toEqual([]);
  });

  it('does not take an old connection that died for the one that the device went on with', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    scenario.progress(TABLET, 'started', 'first').progress(TABLET, 'started', 'second').progress(TABLET, 'interrupted', 'first');
    expect(scenario.legs()['tablet']).toBe('ACCEPTED FULL(accepted)');
    scenario.progress(TABLET, 'interrupted', 'second');
    expect(scenario.legs()['tablet']).toBe('INTERRUPTED FULL(interrupted)');
    scenario.progress(TABLET, 'started', 'third').advance(DEFAULT_POLICY['ft.resumeWindowSec']);
    expect(scenario.legs()['tablet']).toBe('ACCEPTED FULL(accepted)');
  });

  it('does not take the loss of the stream for that of the download', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    scenario.progress(TABLET, 'started').access(TABLET, 'UNAVAILABLE');
    expect(scenario.legs()['tablet']).toBe('ACCEPTED FULL(accepted)');
  });

  it('waits for the device that lost IP on the way', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    scenario.access(TABLET, 'UNAVAILABLE');
    expect(scenario.legs()['tablet']).toBe('INTERRUPTED FULL(interrupted)');
  });

  it('aborts when the sender cancels after the acceptance: no delivery report', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    scenario.told();
    scenario.revoke();
    expect(scenario.told()).toEqual(['cancelled tablet cancelled-by-sender', 'ended sender cancelled-by-sender']);
    scenario.progress(TABLET, 'completed');
    expect(scenario.evidence()).toEqual([]);
    for (const id of [PHONE, TABLET]) expect(scenario.answer(id, 'accept')).toEqual({ status: 'refused', code: 'cancelled-by-sender' });
  });

  it('tells a device that comes after the cancellation', () => {
    const scenario = offered();
    scenario.revoke();
    expect(scenario.answer(TABLET, 'accept')).toEqual({ status: 'refused', code: 'cancelled-by-sender' });
  });

  it('is cancelled also when that comes before the offer', () => {
    const scenario = new FileScenario();
    scenario.subscriber().access(TABLET, 'AVAILABLE').revoke();
    scenario.offer(photo);
    expect(scenario.told()).toEqual(['ended sender cancelled-by-sender']);
    expect(scenario.legs()).toEqual({});
  });

  it.each([['expired', 86_400 * 30], ['unavailable', 0]] as const)('tells its sender who takes it back the end that he was told: %s', (reason, lateBySec) => {
    const scenario = new FileScenario();
    if (lateBySec > 0) scenario.subscriber();
    scenario.now += lateBySec * 1000;
    scenario.offer(photo);
    scenario.revoke().revoke();
    expect(scenario.told()).toEqual([`ended sender ${reason}`, `ended sender ${reason}`, `ended sender ${reason}`]);
  });

  it('does not cancel what was transferred', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'accept');
    scenario.progress(TABLET, 'completed').told();
    scenario.revoke();
    expect(scenario.told()).toEqual(['ended sender completed']);
  });

  it('ends for all when the user declines, and for one when a device is busy', () => {
    const scenario = offered();
    scenario.told();
    expect(scenario.answer(LAPTOP, 'reject', 'busy')).toEqual({ status: 'rejected' });
    expect(scenario.told()).toEqual([]);
    expect(scenario.answer(TABLET, 'reject')).toEqual({ status: 'rejected' });
    expect(scenario.told()).toEqual([`cancelled phone rejected-elsewhere ${TABLET}`, 'ended sender rejected']);
    expect(scenario.answer(PHONE, 'accept')).toEqual({ status: 'refused', code: 'rejected-elsewhere', device: TABLET });
  });

  it('tells the sender of a failure when the user declines', () => {
    const scenario = offered();
    scenario.answer(TABLET, 'reject');
    expect(scenario.evidence()).toEqual(['failed IP']);
  });

  it('expires unanswered: the devices stop offering it, the sender gets a failure if he asked', () => {
    const scenario = offered();
    scenario.told();
    scenario.advance(3600);
    expect(scenario.told()).toEqual(['cancelled laptop+tablet+phone expired', 'ended sender expired'].map((line) => expect.stringContaining(line.split(' ')[0] as string)));
    expect(scenario.answer(TABLET, 'accept')).toMatchObject({ code: 'expired' });
  });

  it('believes no device that did not accept', () => {
    const scenario = offered();
    scenario.report(PHONE, 'delivered').report(PHONE, 'displayed');
    expect(scenario.evidence()).toEqual([]);
    expect(scenario.journey).toEqual(expect.arrayContaining([expect.objectContaining({ reason: 'not-accepted' })]));
  });

  it('tells the sender at once of a recipient whom nobody can reach, or that it is too late', () => {
    const unknown = new FileScenario();
    unknown.offer(photo);
    expect(unknown.told()).toEqual(['ended sender unavailable']);
    const late = new FileScenario();
    late.subscriber();
    late.advance(3600);
    late.offer(photo);
    expect(late.told()).toEqual(['ended sender expired']);
  });

  it('has no answer for a transfer that nobody offered', () => {
    expect(new FileScenario().subscriber().access(TABLET, 'AVAILABLE') && new FileScenario().answer(TABLET, 'accept')).toEqual({ status: 'refused', code: 'unknown-transfer' });
  });
});

const taking = { session: false, fileTransfer: true };

requirement('CPM-MLD-028', () => {
  it('tells the Primary without IP by UCN of a file that a Secondary took by itself', () => {
    const scenario = new FileScenario();
    scenario.subscriber([device(PHONE), device(TABLET, { autoAnswer: taking }), device(LAPTOP)]);
    scenario.access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'AVAILABLE').access(LAPTOP, 'AVAILABLE');
    scenario.offer(photo);
    expect(scenario.legs()).toMatchObject({ tablet: 'ACCEPTED FULL(auto-accepted)', laptop: 'WITHDRAWN SKIP(accepted-elsewhere)', phone: 'UCN_REQUESTED UCN(not-text)' });
    expect(scenario.told()).toEqual(['accepted sender', `accepted tablet ${TABLET}`]);
  });

  it('gives the Primary the file once it has IP again', () => {
    const scenario = new FileScenario();
    scenario.subscriber([device(PHONE), device(TABLET, { autoAnswer: taking })]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'AVAILABLE');
    scenario.offer(photo);
    scenario.ucn('submitted').ucn('delivered').progress(TABLET, 'completed').told();
    scenario.access(PHONE, 'AVAILABLE');
    expect(scenario.told()).toEqual([`accepted phone ${TABLET}`]);
    scenario.report(PHONE, 'delivered');
    expect(scenario.legs()['phone']).toBe('DELIVERED FULL(completed)');
  });

  it('sends the Primary no second UCN when the file is offered again, but the file once it has IP', () => {
    const scenario = new FileScenario();
    scenario.subscriber([device(PHONE), device(TABLET)]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'AVAILABLE');
    scenario.offer(photo);
    scenario.ucn('submitted').ucn('delivered').answer(TABLET, 'accept');
    scenario.progress(TABLET, 'interrupted').advance(DEFAULT_POLICY['ft.resumeWindowSec']);
    expect(scenario.of('SubmitUcn')).toHaveLength(1);
    expect(scenario.legs()['phone']).toBe('DEFERRED DEFER(ucn-delivered)');
    scenario.access(PHONE, 'AVAILABLE');
    expect(scenario.legs()['phone']).toBe('PUSHED FULL(ip-available)');
  });

  const both = () => {
    const scenario = new FileScenario();
    scenario.subscriber([device(PHONE), device(TABLET, { autoAnswer: taking }), device(LAPTOP)]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'AVAILABLE').access(LAPTOP, 'AVAILABLE');
    scenario.offer(photo);
    return scenario;
  };

  it('offers it again to the device that broke off only, when the Primary has the file already', () => {
    const scenario = both();
    scenario.access(PHONE, 'AVAILABLE').progress(PHONE, 'completed').access(TABLET, 'UNAVAILABLE').advance(DEFAULT_POLICY['ft.resumeWindowSec']);
    scenario.told();
    expect(scenario.answer(PHONE, 'accept')).toMatchObject({ status: 'accepted' });
    scenario.answer(LAPTOP, 'reject');
    expect(scenario.told()).toEqual([]);
  });

  it('does not give the file to a Primary on IP when the device that takes it by itself goes on', () => {
    const scenario = new FileScenario();
    scenario.subscriber([device(PHONE), device(TABLET, { autoAnswer: taking })]).access(PHONE, 'AVAILABLE').access(TABLET, 'AVAILABLE');
    scenario.offer(photo);
    scenario.progress(TABLET, 'interrupted').told();
    scenario.advance(DEFAULT_POLICY['ft.resumeWindowSec']);
    expect(scenario.told()).toEqual(['accepted sender', `accepted tablet ${TABLET}`]);
    expect(scenario.legs()['phone']).toBe('WITHDRAWN SKIP(accepted-elsewhere)');
  });

  it('waits for a person also on a device that has just become the Primary', () => {
    const scenario = offered();
    scenario.subscriber([device(PHONE, { role: 'secondary' }), device(TABLET, { role: 'primary' }), device(LAPTOP)]);
    scenario.advance(60);
    expect(scenario.of('SubmitUcn')).toEqual([]);
    expect(scenario.legs()['tablet']).toBe('PUSHED FULL(ip-available)');
  });

  it('does not trouble the Primary when the user himself accepted on a Secondary', () => {
    const scenario = new FileScenario();
    scenario.subscriber([device(PHONE), device(TABLET)]).access(PHONE, 'UNAVAILABLE', 'UNAVAILABLE').access(TABLET, 'AVAILABLE');
    scenario.offer(photo);
    scenario.answer(TABLET, 'accept');
    scenario.access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(PHONE, 'AVAILABLE');
    expect(scenario.legs()['phone']).toBe('WITHDRAWN DEFER(accepted-elsewhere)');
    expect(scenario.of('SubmitUcn')).toEqual([]);
  });
});

requirement('CPM-MLD-030', () => {
  it('counts a UCN of a file as its delivery, unless a Secondary reported it', () => {
    const scenario = new FileScenario();
    scenario.subscriber([device(PHONE), device(TABLET)]).access(PHONE, 'UNAVAILABLE', 'AVAILABLE').access(TABLET, 'UNAVAILABLE');
    scenario.offer(photo);
    scenario.ucn('submitted').ucn('delivered');
    expect(scenario.evidence()).toEqual(['delivered UCN']);
  });
});
