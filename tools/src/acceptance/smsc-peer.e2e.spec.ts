import { requirement } from '@cpm/runtime-decider';
import { startJsmppSimulator, type SmscPeer } from '@cpm/testing-smsc-peers';
import { Acceptance, until, type Household } from './acceptance.fixture.js';

let peer: SmscPeer;
let world: Acceptance;
let alice: Household;

beforeAll(async () => {
  peer = await startJsmppSimulator();
  world = await Acceptance.start({}, { SMPP_URL: peer.url });
  alice = await world.household('Alice');
}, 180_000);
afterAll(async () => {
  await world.stop();
  await peer.stop();
}, 60_000);

requirement('CPM-MLD-028a', () => {
  it.each([['GSM 7-bit', 'x'.repeat(1_530)], ['UCS-2', 'я'.repeat(670)]])('brings a chat text of ten segments in %s to the SMSC of another maker, and reports it once all are delivered', async (_, body) => {
    const bob = await world.household('Bob');
    await world.stage.goOffline(bob.phone);
    await world.stage.network.findsPhoneOf(bob.person);
    await world.stage.operator.deviceAccess(bob.phone.identity, { that: 'is reached by SMS only', fits: ({ ip, cs, holdUntil }) => ip === 'UNAVAILABLE' && cs === 'AVAILABLE' && holdUntil === undefined });
    const { id } = await alice.phone.sdk.sessions.start({ to: [bob.person.address], kind: 'one-to-one' });
    const said = await alice.phone.sdk.sessions.say(id, { body, dispositionNotification: ['positive-delivery', 'interworking'] });
    await until(() => alice.phone.reports(said.id).length === 2 || undefined, 30_000);
    expect([...alice.phone.reports(said.id)].sort()).toEqual(['delivered', 'interworked']);
    await world.stage.operator.decision(said.id, { that: 'ten segments were accepted', fits: ({ step }) => step === 'accepted by the SMSC in 10 segment(s)' });
  });
});
