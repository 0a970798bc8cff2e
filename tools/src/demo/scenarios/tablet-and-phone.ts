import { isReleasedReport, isSuppressedReport } from '../decisions.js';
import { untilMarkerReported, type Scenario, type Scene } from '../scenario.js';

const TEXT = 'Dinner at eight?';

export const tabletAndPhone: Scenario = {
  title: 'A tablet on IP, a phone without it',
  shows: "A text reaches Bob's tablet over IP and his phone as SMS; Alice hears once that it was delivered and once that it was read.",
  requirements: ['001', '004', '005', '028', '028a'],
  play,
};

async function play({ stage, checks, tell, show }: Scene): Promise<void> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const [alicePhone, bobPhone, bobTablet] = [await stage.phoneOf(alice), await stage.phoneOf(bob), await stage.tabletOf(bob)];
  await Promise.all([stage.goOnline(alicePhone), stage.goOnline(bobTablet)]);
  tell("waiting until Bob's phone has been without IP for long enough");
  await stage.goToSmsOnly(bobPhone);

  const id = await alicePhone.send({ to: bob, body: TEXT, asksFor: ['positive-delivery', 'display'] });
  show({ id, label: `Alice to Bob: "${TEXT}"` });
  checks.equal("Bob's tablet gets the text over IP", (await bobTablet.received(id)).body, TEXT);
  const sms = await stage.network.firstTextTo(bob);
  checks.equal("Bob's phone gets the text as SMS", sms.text, TEXT);
  checks.equal("the SMS comes from Alice's number", sms.from, alice.number);
  await stage.operator.decision(id, { that: 'the delivery by SMS is known and not reported again', fits: isSuppressedReport });

  await bobTablet.report(id, 'displayed');
  await alicePhone.reported(id, 'displayed');
  // Said once more, as a client does that lost its connection before it knew that it was heard.
  await bobTablet.report(id, 'displayed');
  await untilMarkerReported({ from: alicePhone, to: bob, text: 'Shall I cook?' });
  const reports = alicePhone.reports(id);
  checks.equal('Alice gets exactly one delivery report', reports.filter((status) => status === 'delivered').length, 1);
  checks.equal('Alice gets exactly one read report', reports.filter((status) => status === 'displayed').length, 1);
  checks.equal('delivered is told before displayed, and nothing else', reports, ['delivered', 'displayed']);
  const journey = await stage.operator.journey(id);
  checks.equal('of two proofs of delivery one was reported, one was not', [journey.filter(isReleasedReport).length, journey.filter(isSuppressedReport).length], [1, 1]);
  checks.equal('the phone got that SMS once', (await stage.network.textsTo(bob)).filter(({ text }) => text === TEXT).length, 1);
}
