import type { Box } from '@cpm/client';
import { eventually } from '../eventually.js';
import { untilMarkerReported, type Scenario, type Scene } from '../scenario.js';

export const readOnTheTablet: Scenario = {
  title: 'Read on the tablet, no badge on the phone',
  shows: 'What Bob reads, files and answers on one device is so on the other, also when that was away; Alice is told once.',
  requirements: ['016', '017'],
  play,
};

async function play({ stage, checks, tell, show }: Scene): Promise<void> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const [alicePhone, phone, tablet] = [await stage.phoneOf(alice), await stage.phoneOf(bob), await stage.tabletOf(bob)];
  for (const device of [alicePhone, phone, tablet]) await stage.goOnline(device);
  const [onPhone, onTablet] = [await phone.openBox(), await tablet.openBox()];

  const first = await alicePhone.send({ to: bob, body: 'Are you there?', asksFor: ['display'] });
  const second = await alicePhone.send({ to: bob, body: 'Dinner at eight?', asksFor: ['display'] });
  show({ id: first, label: 'Alice to Bob: "Are you there?"' });
  await badge('phone', onPhone, 2);
  await badge('tablet', onTablet, 2);
  await onTablet.markRead(idOf(onTablet, first));
  await alicePhone.reported(first, 'displayed');
  await badge('phone', onPhone, 1);
  checks.equal('reading on the tablet takes the badge of the phone from 2 to 1', [onTablet.unread, onPhone.unread], [1, 1]);
  await onPhone.markRead(idOf(onPhone, first));

  tell('the phone goes out of coverage, and works on without it');
  await stage.goOffline(phone);
  const away = await phone.openBox();
  await away.flag(idOf(away, second), '\\Flagged');
  await onTablet.markRead(idOf(onTablet, second));
  await onTablet.move(idOf(onTablet, second), await onTablet.createFolder('Evenings'));
  const reply = await onTablet.send({ to: [alice.address], body: 'Yes, at eight' });
  await onTablet.remove(idOf(onTablet, first));
  await alicePhone.reported(second, 'displayed');
  await phone.connect();
  await eventually({
    that: 'the phone shows what the tablet shows', probe: async () => (viewOf(away) === viewOf(onTablet) && away.objects().length === 2 ? true : undefined), instead: () => `${viewOf(away)}, not ${viewOf(onTablet)}`,
  });
  const moved = away.objects().find(({ messageId }) => messageId === second);
  checks.equal('the message is where the tablet put it, read there and flagged on the phone', [moved?.folder, [...(moved?.flags ?? [])].filter((flag) => flag !== '\\read-report-sent').sort()], ['/main/Evenings', ['\\Flagged', '\\Seen']]);
  checks.equal('what was sent from the tablet stands on the phone as sent', away.objects().find(({ messageId }) => messageId === reply)?.direction, 'Out');
  checks.equal('no badge is left', [away.unread, onTablet.unread], [0, 0]);
  await untilMarkerReported({ from: alicePhone, to: bob, text: 'Good.' });
  checks.equal('Alice is told once of each that it was read', [first, second].map((id) => alicePhone.reports(id)), [['displayed'], ['displayed']]);
}

async function badge(name: string, box: Box, unread: number): Promise<void> {
  await eventually({ that: `the ${name} shows a badge of ${unread}`, probe: async () => (box.unread === unread ? true : undefined), instead: () => `it shows ${box.unread}` });
}

function idOf(box: Box, messageId: string): string {
  return box.objects().find((object) => object.messageId === messageId)?.id ?? 'none';
}

function viewOf(box: Box): string {
  return JSON.stringify(box.objects().map(({ messageId, folder, flags }) => [messageId, folder, [...flags].sort()]));
}
