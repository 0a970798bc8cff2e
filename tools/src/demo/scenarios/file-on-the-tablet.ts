import type { DemoDevice } from '../demo-device.js';
import type { Scenario, Scene } from '../scenario.js';

/** What is left when the connection breaks is more than the buffers of sockets and proxies on the way hold: what is in them has left the edge. */
const SIZE = 40_000_000;

export const fileOnTheTablet: Scenario = {
  title: 'A file is offered to three devices',
  shows: 'Bob accepts it on his tablet and it is withdrawn elsewhere; the connection breaks at 40 %, the tablet goes on from there; Alice hears once, when the file is there.',
  requirements: ['019', '020'],
  play,
};

async function play({ stage, checks, tell, show }: Scene): Promise<void> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const alicePhone = await stage.phoneOf(alice);
  const [phone, tablet, laptop] = [await stage.phoneOf(bob), await stage.tabletOf(bob), await stage.secondaryOf(bob, 'laptop')];
  await Promise.all([alicePhone, phone, tablet, laptop].map((device) => stage.goOnline(device)));

  const film = Buffer.alloc(SIZE, Uint8Array.from({ length: 251 }, (_, at) => (at * 31) % 251));
  const { id: fileId } = await alicePhone.sdk.upload(film, { contentType: 'video/mp4', fileName: 'beach.mp4' });
  const { id } = await alicePhone.sdk.transfers.offer({ to: [bob.address], fileId, dispositionNotification: ['positive-delivery'] });
  show({ id, label: 'Alice offers Bob "beach.mp4", 40 MB' });
  const offers = await Promise.all([phone, tablet, laptop].map((device) => device.told('file-transfer.invited', id)));
  checks.equal('all three devices are asked', offers.map(({ fileName, size }) => [fileName, size]), offers.map(() => ['beach.mp4', SIZE]));

  const fileUrl = await tablet.sdk.transfers.accept(id);
  const withdrawn = await Promise.all([phone, laptop].map((device) => device.told('file-transfer.cancelled', id)));
  const elsewhere = { id, reason: 'accepted-elsewhere', device: tablet.identity.name };
  checks.equal('phone and laptop withdraw the offer, and show which device took it', withdrawn, [elsewhere, elsewhere]);

  const first = await readUntil(tablet, fileUrl, SIZE * 0.4);
  await stage.operator.decision(id, { that: 'the broken transfer is noticed', fits: ({ reason }) => reason === 'interrupted' });
  tell(`broken off after ${first.length} of ${SIZE} bytes; going on from there`);
  checks.equal('Alice is told nothing while the file is not there', alicePhone.reports(id), []);
  const rest = new Uint8Array(await (await tablet.sdk.download(await tablet.sdk.transfers.accept(id), { first: first.length })).arrayBuffer());
  checks.equal('both parts together are the file', Buffer.concat([first, rest]).equals(film), true);

  await alicePhone.reported(id, 'delivered');
  const ended = await alicePhone.told('file-transfer.ended', id);
  checks.equal('Alice hears once that it was delivered, and that the transfer is complete', [alicePhone.reports(id), ended.reason], [['delivered'], 'completed']);
}

/** The beginning of a file, as a device has it whose connection breaks. */
async function readUntil(device: DemoDevice, fileUrl: string, enough: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const response = await device.sdk.download(fileUrl);
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    parts.push(part);
    if (parts.reduce((sum, { length }) => sum + length, 0) >= enough) break;
  }
  return Buffer.concat(parts);
}
