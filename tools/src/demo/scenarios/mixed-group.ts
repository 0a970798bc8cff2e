import type { DemoDevice, Person } from '../demo-device.js';
import { eventually } from '../eventually.js';
import type { Scenario, Scene } from '../scenario.js';

const HELLO = 'Who is coming tonight?';
const YES = 'I am, by SMS';

export const mixedGroup: Scenario = {
  title: 'A group of five with all kinds of devices',
  shows: "Bob is on his laptop, Carol's two devices answer by themselves, Dora's phone has no data, Erik's phone rings unanswered: each gets the text in his form, Alice one report each; Dora answers by SMS and it is in the group.",
  requirements: ['011', '024', '028', '028a'],
  play,
};

const answersByItself = { autoAnswer: { session: true } };

async function play({ stage, checks, tell, show }: Scene): Promise<void> {
  const [alice, bob, carol, dora, erik] = [await stage.person('Alice'), await stage.person('Bob'), await stage.person('Carol'), await stage.person('Dora'), await stage.person('Erik')];
  const [alicePhone, bobPhone, bobLaptop] = [await stage.phoneOf(alice), await stage.phoneOf(bob), await stage.secondaryOf(bob, 'laptop')];
  const [carolPhone, carolTablet] = [await stage.phoneOf(carol, answersByItself), await stage.secondaryOf(carol, 'tablet', answersByItself)];
  const [doraPhone, erikPhone] = [await stage.phoneOf(dora), await stage.phoneOf(erik)];
  const online = [alicePhone, bobPhone, bobLaptop, carolPhone, carolTablet, erikPhone];
  await Promise.all(online.map((device) => stage.goOnline(device)));
  tell("waiting until Dora's phone has been without IP for long enough");
  await stage.goToSmsOnly(doraPhone);

  const { id } = await alicePhone.sdk.sessions.start({ to: [bob, carol, dora, erik].map(({ address }) => address), kind: 'closed-group', subject: 'Tonight' });
  await bobLaptop.told('session.invited', id);
  await bobLaptop.sdk.sessions.accept(id);
  await alicePhone.told('session.established', id);
  const said = await alicePhone.sdk.sessions.say(id, { body: HELLO, dispositionNotification: ['positive-delivery'] });
  show({ id: said.id, label: `Alice to the group: "${HELLO}"` });
  const shown = await Promise.all([bobLaptop, carolPhone, carolTablet].map((device) => device.told('session.message', said.id)));
  checks.equal("Bob's laptop and both devices of Carol show it", shown.map(({ body }) => body), [HELLO, HELLO, HELLO]);
  const sms = await stage.network.firstTextTo(dora);
  checks.equal("Dora's phone gets it as SMS that says who wrote it", sms.text, `${alice.number}: ${HELLO}`);
  checks.holds('from a number that is leased for this group', ![alice, bob, carol, erik].some(({ number }) => number === sms.from), sms.from);
  const told = await reportsOf(alicePhone, said.id, 3);
  checks.equal('Alice gets one delivery report for each of the three who have it', told, addressesOf(bob, carol, dora));
  checks.equal("Bob's phone, which takes no part, got nothing", bobPhone.allTold('session.message').length, 0);

  await stage.network.answerFrom(dora, sms, YES);
  const heard = await Promise.all([alicePhone, bobLaptop, carolPhone].map((device) => device.toldOf('session.message', ({ body }) => body === YES)));
  checks.equal("Dora's SMS is in the group, as hers", heard.map(({ from, sessionId }) => [from, sessionId]), heard.map(() => [dora.address, id]));
  await erikPhone.sdk.sessions.accept(id);
  checks.equal('Erik picks up later and gets what he missed', (await erikPhone.told('session.message', said.id)).body, HELLO);
  checks.equal('now Alice has four reports, one each', await reportsOf(alicePhone, said.id, 4), addressesOf(bob, carol, dora, erik));
}

function addressesOf(...people: readonly Person[]): readonly string[] {
  return people.map(({ address }) => address).sort();
}

/** Recipients of whom a delivery was reported, one entry per report. */
function reportsOf(device: DemoDevice, messageId: string, expected: number): Promise<readonly string[]> {
  const recipients = () => device.allTold('disposition').filter((report) => report.messageId === messageId && report.status === 'delivered').map(({ recipient }) => recipient).sort();
  return eventually({
    that: `${expected} recipients are reported`,
    probe: () => (recipients().length >= expected ? recipients() : undefined),
    instead: () => `there are ${recipients().length}`,
  });
}
