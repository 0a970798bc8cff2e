import { pictureOf } from '../picture.js';
import { eventually } from '../eventually.js';
import type { Scenario, Scene } from '../scenario.js';

const PICTURE_BYTES = 48_000;
/** What the requirement allows the phone once it has IP again. */
const OBTAINED_WITHIN_MS = 5_000;

export const pictureForNotification: Scenario = {
  title: 'A picture takes the place of its notification',
  shows: 'A phone out of coverage gets an SMS instead of two pictures. Back with IP it synchronises at once, fetches them whole, and shows them where they belong.',
  requirements: ['032', '034'],
  play,
};

async function play({ stage, checks, tell, show }: Scene): Promise<void> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const [alicePhone, bobPhone] = [await stage.phoneOf(alice), await stage.phoneOf(bob)];
  await stage.goOnline(alicePhone);
  tell("waiting until Bob's phone has been without IP for long enough");
  await stage.goToSmsOnly(bobPhone);

  const pictures = [pictureOf(PICTURE_BYTES), pictureOf(PICTURE_BYTES)];
  const ids: string[] = [];
  for (const picture of pictures) {
    const { id: fileId } = await alicePhone.upload(picture, 'image/png');
    ids.push(await alicePhone.send({ to: bob, fileId, contentType: 'image/png', asksFor: ['positive-delivery', 'display'] }));
  }
  show({ id: ids[0] as string, label: 'Alice to Bob: the first of two pictures' });
  const texts = await eventually({
    that: "Bob's phone gets two notifications", probe: async () => stage.network.textsTo(bob).then((all) => (all.length >= 2 ? all : undefined)), instead: () => 'fewer came',
  });
  const box = await bobPhone.openBox();
  for (const [at, { from, text }] of texts.entries()) await box.smsReceived({ from, text, at: new Date().toISOString(), smsId: `sms-${at}` });
  checks.equal('without IP the phone shows two notifications, and no message', [box.ucns.length, box.objects().length], [2, 0]);

  const back = Date.now();
  await bobPhone.connect();
  await eventually({ that: 'no notification is left on the phone', probe: async () => (box.ucns.length === 0 ? true : undefined), instead: () => `${box.ucns.length} are left` });
  const took = Date.now() - back;
  checks.holds('both are replaced within 5 s of IP being back', took <= OBTAINED_WITHIN_MS, `it took ${took} ms`);
  const shown = box.objects({ limit: 10 });
  checks.equal('the pictures stand in their place, the newer first', shown.map(({ messageId }) => messageId), [...ids].reverse());
  const bytes = await Promise.all(shown.map(async ({ id }) => Buffer.from(await (await box.read(id)).arrayBuffer())));
  checks.holds('their bytes are those that Alice sent', [...bytes].reverse().every((each, at) => each.equals(pictures[at] as Uint8Array)), 'they are others');
  for (const id of ids) await alicePhone.reported(id, 'delivered');
  checks.equal('Alice gets one delivery report each, and none of reading', ids.map((id) => alicePhone.reports(id)), [['delivered'], ['delivered']]);
  await box.markRead(...shown.map(({ id }) => id));
  for (const id of ids) await alicePhone.reported(id, 'displayed');
  checks.equal('once Bob has looked she gets one read report each', ids.map((id) => alicePhone.reports(id)), [['delivered', 'displayed'], ['delivered', 'displayed']]);
  checks.equal('no further SMS was sent', (await stage.network.textsTo(bob)).length, 2);
}
