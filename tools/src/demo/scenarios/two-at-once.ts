import { isReleasedReport, isSuppressedReport } from '../decisions.js';
import type { DemoDevice } from '../demo-device.js';
import type { JourneyEntry } from '../journey-text.js';
import { untilMarkerReported, type Scenario, type Scene } from '../scenario.js';

const ROUNDS = 20;

export const twoAtOnce: Scenario = {
  title: 'Two devices deliver at once',
  shows: `Bob's phone and tablet acknowledge in the same instant, ${ROUNDS} times: Alice gets one report for each message.`,
  requirements: ['004'],
  play,
};

async function play({ stage, checks, tell, show }: Scene): Promise<void> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const [alicePhone, phone, tablet] = [await stage.phoneOf(alice), await stage.phoneOf(bob), await stage.tabletOf(bob)];
  const silent = { autoDeliver: false };
  await Promise.all([stage.goOnline(alicePhone), stage.goOnline(phone, silent), stage.goOnline(tablet, silent)]);

  tell(`${ROUNDS} messages, one after the other`);
  const ids: string[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const id = await alicePhone.send({ to: bob, body: `Message ${round} of ${ROUNDS}`, asksFor: ['positive-delivery'] });
    if (round === 1) show({ id, label: `Alice to Bob, the first of ${ROUNDS}` });
    // Each of them speaks first every other time.
    await acknowledgeTogether(id, round % 2 === 0 ? [phone, tablet] : [tablet, phone]);
    await alicePhone.reported(id, 'delivered');
    ids.push(id);
  }
  const journeys: (readonly JourneyEntry[])[] = [];
  for (const id of ids) {
    await stage.operator.decision(id, { that: 'the second acknowledgement is known and not reported', fits: isSuppressedReport });
    journeys.push(await stage.operator.journey(id));
  }
  await untilMarkerReported({ from: alicePhone, to: bob, text: 'That was all.', deliver: (id) => acknowledgeTogether(id, [phone, tablet]) });

  checks.equal(`Alice gets exactly one delivery report for each of ${ROUNDS} messages`, ids.map((id) => alicePhone.reports(id)), ids.map(() => ['delivered']));
  const told = journeys.map((journey) => [journey.filter(isReleasedReport).length, journey.filter(isSuppressedReport).length]);
  checks.equal('of the two acknowledgements one was reported, one was not, each time', told, ids.map(() => [1, 1]));
  const bySame = journeys.filter((journey) => journey.find(isReleasedReport)?.device === journey.find(isSuppressedReport)?.device);
  checks.equal('the two came from different devices, each time', bySame.length, 0);
  const phoneFirst = journeys.filter((journey) => journey.find(isReleasedReport)?.device === phone.identity.id).length;
  tell(`the phone was first ${phoneFirst} times, the tablet ${ROUNDS - phoneFirst} times`);
}

async function acknowledgeTogether(id: string, devices: readonly DemoDevice[]): Promise<void> {
  await Promise.all(devices.map((device) => device.received(id)));
  await Promise.all(devices.map((device) => device.report(id, 'delivered')));
}
