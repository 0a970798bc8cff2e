import { requirement } from '@cpm/runtime-decider';
import { commandLine } from '../cli/commands.js';
import { untilMarkerReported } from '../demo/scenario.js';
import { Acceptance, until, type Household } from './acceptance.fixture.js';
import { BoxDevice } from './box-device.fixture.js';

/** Long enough for what has to happen within the wait on a busy machine. */
const PREFERENCE_SEC = 4;
const asked = ['positive-delivery', 'negative-delivery'] as const;

let world: Acceptance;
let alice: Household;
let bob: Household;

beforeAll(async () => {
  world = await Acceptance.start({ 'ip.preferenceSec': PREFERENCE_SEC });
  alice = await world.household('Alice');
}, 120_000);
afterAll(() => world.stop(), 60_000);
beforeEach(async () => {
  bob = await world.household('Bob');
}, 60_000);

const texts = () => world.stage.network.textsTo(bob.person);
const recent = async () => (await world.stage.operator.access(bob.person)).recent.toReversed();
const say = async (body: string, more: { expiresAt?: string; dispositionNotification?: readonly ('positive-delivery' | 'negative-delivery')[] } = {}) =>
  (await alice.phone.sdk.send({ to: [bob.person.address], body, dispositionNotification: asked, ...more })).id;
const decided = (id: string, reason: string) => world.stage.operator.decision(id, { that: `it is decided for ${reason}`, fits: (entry) => entry.service === 'routing' && entry.reason === reason });
const journeyOf = async (id: string) => (await world.stage.operator.journey(id)).filter(({ service }) => service === 'routing');
/** What the operator's command line prints of Bob's access. */
const printedAccess = async () => {
  const printed: string[] = [];
  await commandLine((text) => printed.push(text)).parseAsync(['node', 'cpm', 'access', bob.person.address, '--url', world.system.url]);
  return printed.join('\n');
};
/** CS of Bob's phone comes, or goes, and the system knows. */
const csIs = async (state: 'AVAILABLE' | 'UNAVAILABLE') => {
  if (state === 'AVAILABLE') await world.stage.network.findsPhoneOf(bob.person);
  else await world.stage.network.losesPhoneOf(bob.person);
  await world.stage.operator.deviceAccess(bob.phone.identity, { that: `has CS ${state}`, fits: ({ cs }) => cs === state });
};

requirement('CPM-MLD-035', () => {
  it('brings a text over IP when IP comes after CS but in time, and tells which access made it go', async () => {
    await world.stage.goToAirplaneMode(bob.phone);
    const id = await say('On the plane?');
    await decided(id, 'no-access');
    await csIs('AVAILABLE');
    await decided(id, 'ip-preference');
    await world.stage.goOnline(bob.phone);
    await bob.phone.received(id);
    await alice.phone.reported(id, 'delivered');
    expect(await texts()).toEqual([]);
    expect((await journeyOf(id)).filter(({ step }) => step.startsWith('access:')).map(({ step, reason }) => [step, reason])).toEqual([
      ['access: CS AVAILABLE, IP UNAVAILABLE', 'ip-preference-hold-started (t8)'], ['access: CS AVAILABLE, IP AVAILABLE', 'ip-available (connection)'],
    ]);
  });

  it('sends an SMS when IP does not come, and one message only is seen when it comes after that', async () => {
    const phone = await BoxDevice.of(bob.phone, { stage: world.stage, url: world.system.url });
    await phone.box.sync();
    await world.stage.goToAirplaneMode(bob.phone);
    const id = await say('Call me');
    await decided(id, 'no-access');
    await csIs('AVAILABLE');
    const sms = await world.stage.network.firstTextTo(bob.person);
    await alice.phone.reported(id, 'delivered');
    const at = (reason: string) => journeyOf(id).then((lines) => Date.parse(lines.find((line) => line.reason === reason)?.at ?? ''));
    expect(await at('text-fits-sms') - await at('ip-preference')).toBeGreaterThanOrEqual(PREFERENCE_SEC * 1000 - 1000);
    await phone.sms({ ...sms, smsId: 'inbox-1' });
    await phone.goOnline();
    await phone.box.sync();
    expect(phone.box.objects().map(({ messageId }) => messageId)).toEqual([id]);
    await untilMarkerReported({ from: alice.phone, to: bob.person, text: 'That was all.' });
    expect(phone.frames.filter(({ type, data }) => type === 'message.received' && data.id === id)).toEqual([]);
    expect(alice.phone.reports(id)).toEqual(['delivered']);
    await phone.close();
  });

  it('has one wait while CS flaps five times', async () => {
    await world.stage.goToAirplaneMode(bob.phone);
    const id = await say('Are you there?');
    await decided(id, 'no-access');
    for (let round = 0; round < 5; round += 1) {
      await csIs('AVAILABLE');
      await csIs('UNAVAILABLE');
    }
    await csIs('AVAILABLE');
    await alice.phone.reported(id, 'delivered');
    expect((await recent()).filter(({ reason }) => reason === 'ip-preference-hold-started')).toHaveLength(1);
    expect(await texts()).toHaveLength(1);
  });

  it('ignores news of CS that are older than what is known, and shows whose word counts', async () => {
    await world.stage.goToAirplaneMode(bob.phone);
    const id = await say('Late news');
    await decided(id, 'no-access');
    await world.stage.network.findsPhoneOf(bob.person, new Date(Date.now() - 3_600_000));
    await world.stage.operator.deviceAccess(bob.phone.identity, { that: 'has heard of it', fits: ({ evidence }) => evidence.some(({ source }) => source === 't8') });
    const printed = await printedAccess();
    expect(printed).toContain(`${bob.person.primary}  primary  IP UNAVAILABLE  CS UNAVAILABLE`);
    expect(printed).toMatch(/CS {2}UNAVAILABLE {2}DELIVERABLE {2}smpp-alert: unavailable +observed \S+ {2}believed until/);
    expect((await journeyOf(id)).at(-1)).toMatchObject({ reason: 'no-access' });
  });
});

requirement('CPM-MLD-035', () => {
  it.each([[asked, ['failed']], [['positive-delivery'], []]] as const)('ends a text that expires while it waits, once; asked for %j its sender is told %j, and later access brings nothing', async (dispositionNotification, reports) => {
    await world.stage.goToAirplaneMode(bob.phone);
    const id = await say('Too late', { expiresAt: new Date(Date.now() + 3_000).toISOString(), dispositionNotification });
    await decided(id, 'expired');
    await csIs('AVAILABLE');
    await world.stage.goOnline(bob.phone);
    await untilMarkerReported({ from: alice.phone, to: bob.person, text: 'That was all.' });
    expect(alice.phone.reports(id)).toEqual(reports);
    expect(bob.phone.allTold('message.received').filter((message) => message.id === id)).toEqual([]);
    expect(await texts()).toEqual([]);
    expect((await journeyOf(id)).filter(({ step }) => step === 'message expired')).toHaveLength(1);
  });

  it('has the SMSC try for as long as the text lives', async () => {
    await world.stage.goToSmsOnly(bob.phone);
    const id = await say('For ten minutes', { expiresAt: new Date(Date.now() + 600_000).toISOString() });
    await alice.phone.reported(id, 'delivered');
    const [segment] = world.system.smsc!.segments(bob.person.number);
    expect(segment?.validityPeriod).toMatch(/^00000000(09[0-5]\d|1000)000R$/);
  });

  it('notifies once of an image although IP comes and goes, and does not send a text by SMS for a short loss of IP', async () => {
    await world.stage.goToSmsOnly(bob.phone);
    const { id: fileId } = await alice.phone.sdk.upload(new Uint8Array(50_000), { contentType: 'image/jpeg', fileName: 'beach.jpg' });
    const image = (await alice.phone.sdk.send({ to: [bob.person.address], fileId, contentType: 'image/jpeg', dispositionNotification: asked })).id;
    await decided(image, 'ucn-delivered');
    await bob.phone.connect({ autoDeliver: false });
    await bob.phone.received(image);
    await world.stage.goOffline(bob.phone);
    await decided(image, 'ip-lost');
    const text = await say('Short loss');
    await decided(text, 'ip-preference');
    await world.stage.goOnline(bob.phone);
    await bob.phone.received(text);
    await until(() => (alice.phone.reports(text).includes('delivered') && alice.phone.reports(image).includes('delivered')) || undefined);
    expect(await texts()).toHaveLength(1);
  });
});

/** Last, because its policy stays. */
requirement('CPM-MLD-035', () => {
  it('believes a source no more that is silent for as long as the policy says, and has the SMSC try', async () => {
    const { body, etag } = await world.stage.operator.call('/policy');
    await world.stage.operator.call('/policy', { method: 'PUT', body: { ...(body as object), 'access.staleAfterSec': 3 }, headers: { 'if-match': etag } });
    // Services learn of a policy within a second or so, and it counts for what is said after that.
    await world.stage.operator.deviceAccess(bob.phone.identity, {
      that: 'is believed to be lost for 3 s',
      meanwhile: () => world.stage.network.losesPhoneOf(bob.person),
      fits: ({ evidence }) => evidence.some(({ staleAt = '', observedAt }) => Date.parse(staleAt) - Date.parse(observedAt) === 3_000),
    });
    await world.stage.goToAirplaneMode(bob.phone);
    const id = await say('Nobody says anything');
    await decided(id, 'no-access');
    await alice.phone.reported(id, 'delivered');
    expect(await texts()).toHaveLength(1);
    expect((await journeyOf(id)).map(({ step, reason }) => [step, reason])).toContainEqual(['access: CS UNKNOWN, IP UNAVAILABLE', 'source-silent (smpp-alert: unavailable)']);
  });
});
