import type { DemoDevice, Person } from '../demo-device.js';
import { isDeferred, isHandedOverAsSms, isHeldForIp } from '../decisions.js';
import { untilMarkerReported, type Scenario, type Scene } from '../scenario.js';

export const ipInTime: Scenario = {
  title: 'Airplane mode off, IP comes in time',
  shows: 'A text waits while nothing reaches Bob, goes on waiting for IP when SMS would reach him, and goes by IP alone.',
  requirements: ['035'],
  play: playInTime,
};

export const ipNeverComes: Scenario = {
  title: 'Airplane mode off, IP never comes',
  shows: 'The same text goes as SMS once IP has been awaited for as long as the policy says.',
  requirements: ['035', '028a'],
  play: playInVain,
};

const TEXT = 'Have you landed?';

interface Waiting {
  readonly id: string;
  readonly alice: Person;
  readonly bob: Person;
  readonly alicePhone: DemoDevice;
  readonly bobPhone: DemoDevice;
}

async function playInTime(scene: Scene): Promise<void> {
  const { stage, checks, tell } = scene;
  const { id, alicePhone, bob, bobPhone } = await sendIntoAirplaneMode(scene);
  await bobPhone.connect();
  checks.equal("Bob's phone gets the text over IP", (await bobPhone.received(id)).body, TEXT);
  await alicePhone.reported(id, 'delivered');
  checks.equal('nothing was handed over as SMS', (await stage.operator.journey(id)).filter(isHandedOverAsSms).length, 0);

  await stage.goOffline(bobPhone);
  tell('a later text shall go as SMS: an SMS of the first one would be there before it');
  const later = 'And where are you now?';
  await untilMarkerReported({ from: alicePhone, to: bob, text: later });
  checks.equal('the only SMS that the phone ever got is the later text', (await stage.network.textsTo(bob)).map(({ text }) => text), [later]);
  checks.equal('Alice gets exactly one delivery report', alicePhone.reports(id), ['delivered']);
}

async function playInVain(scene: Scene): Promise<void> {
  const { stage, checks, preferenceSec, tell } = scene;
  const { id, alice, alicePhone, bob } = await sendIntoAirplaneMode(scene);
  tell(`waiting for IP, which does not come, for ${preferenceSec} s`);
  const sms = await stage.network.firstTextTo(bob);
  checks.equal("Bob's phone gets the text as SMS", sms.text, TEXT);
  checks.equal("the SMS comes from Alice's number", sms.from, alice.number);
  await alicePhone.reported(id, 'delivered');

  const { recent } = await stage.operator.access(bob);
  const hold = recent.find(({ reason }) => reason === 'ip-preference-hold-started')?.holdUntil;
  const handedOver = (await stage.operator.journey(id)).find(isHandedOverAsSms)?.at;
  const tooEarly = `IP was awaited until ${hold}, the SMS was handed over at ${handedOver}`;
  checks.holds('the SMS left when the wait for IP was over, not before', hold !== undefined && handedOver !== undefined && handedOver >= hold, tooEarly);
  await untilMarkerReported({ from: alicePhone, to: bob, text: 'Call me.' });
  checks.equal('Alice gets exactly one delivery report', alicePhone.reports(id), ['delivered']);
  checks.equal('the phone got that SMS once', (await stage.network.textsTo(bob)).filter(({ text }) => text === TEXT).length, 1);
}

/** Until the text waits for IP: what comes next is what the two scenarios differ in. */
async function sendIntoAirplaneMode({ stage, checks, show }: Scene): Promise<Waiting> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const [alicePhone, bobPhone] = [await stage.phoneOf(alice), await stage.phoneOf(bob)];
  await stage.goOnline(alicePhone);
  await stage.goToAirplaneMode(bobPhone);

  const id = await alicePhone.send({ to: bob, body: TEXT, asksFor: ['positive-delivery'] });
  show({ id, label: `Alice to Bob: "${TEXT}"` });
  const deferred = await stage.operator.decision(id, { that: "the text is deferred while nothing reaches Bob's phone", fits: isDeferred });
  checks.equal("the text is deferred while nothing reaches Bob's phone", deferred.deviceName, "Bob's phone");
  await stage.network.findsPhoneOf(bob);
  const held = await stage.operator.decision(id, { that: 'the text is held for IP when SMS would reach the phone', fits: isHeldForIp });
  checks.equal('the text is held for IP when SMS would reach the phone', held.deviceName, "Bob's phone");
  return { id, alice, bob, alicePhone, bobPhone };
}
