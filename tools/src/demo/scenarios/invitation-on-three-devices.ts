import { CpmProblem } from '@cpm/client';
import type { Scenario, Scene } from '../scenario.js';

export const invitationOnThreeDevices: Scenario = {
  title: 'An invitation rings on three devices',
  shows: 'Bob answers on his tablet: phone and laptop stop ringing and say where; what he says then reaches Alice, what she says goes to the tablet only.',
  requirements: ['006', '007a', '022', '023'],
  play,
};

async function play({ stage, checks, show }: Scene): Promise<void> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const alicePhone = await stage.phoneOf(alice);
  const [phone, tablet, laptop] = [await stage.phoneOf(bob), await stage.tabletOf(bob), await stage.secondaryOf(bob, 'laptop')];
  const bobs = [phone, tablet, laptop];
  await Promise.all([alicePhone, ...bobs].map((device) => stage.goOnline(device)));

  const { id } = await alicePhone.sdk.sessions.start({ to: [bob.address], kind: 'one-to-one', subject: 'Dinner' });
  show({ id, label: 'Alice invites Bob: "Dinner"' });
  const rung = await Promise.all(bobs.map((device) => device.told('session.invited', id)));
  checks.equal('all three devices ring, and say who asks', rung.map(({ from }) => from), bobs.map(() => alice.address));

  await tablet.sdk.sessions.accept(id);
  const stopped = await Promise.all([phone, laptop].map((device) => device.told('session.cancelled', id)));
  const elsewhere = { id, reason: 'accepted-elsewhere', device: tablet.identity.name };
  checks.equal('phone and laptop stop, and show which device answered', stopped, [elsewhere, elsewhere]);
  const established = await alicePhone.told('session.established', id);
  checks.holds('Alice sees that it stands, and not on which device', !JSON.stringify(established).includes(tablet.identity.name), established);
  checks.equal('the laptop that comes too late is told the same', await refusalOf(laptop.sdk.sessions.accept(id)), `accepted-elsewhere: ${tablet.identity.name}`);

  const said = await alicePhone.sdk.sessions.say(id, { body: 'At eight?', dispositionNotification: ['positive-delivery', 'display'] });
  checks.equal('what Alice says is on the tablet', (await tablet.told('session.message', said.id)).body, 'At eight?');
  await tablet.report(said.id, 'displayed');
  const reply = await tablet.sdk.sessions.say(id, { body: 'Fine' });
  await alicePhone.told('session.message', reply.id);
  await alicePhone.reported(said.id, 'displayed');
  checks.equal('Alice has one delivery and one read report', alicePhone.reports(said.id), ['delivered', 'displayed']);
  checks.equal('phone and laptop got nothing of it', [phone, laptop].map((device) => device.allTold('session.message').length), [0, 0]);
}

async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(() => 'accepted', (error: unknown) => (error instanceof CpmProblem ? `${error.kind}: ${error.device}` : String(error)));
}
