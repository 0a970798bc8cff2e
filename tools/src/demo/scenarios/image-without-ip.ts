import { createHash } from 'node:crypto';
import { ucnRef } from '@cpm/message-tags';
import { isDeliveredNotification, isReleasedReport, isSuppressedReport } from '../decisions.js';
import { pictureOf } from '../picture.js';
import { untilMarkerReported, type Scenario, type Scene } from '../scenario.js';

const PICTURE_BYTES = 48_000;

export const imageWithoutIp: Scenario = {
  title: 'An image for a phone without IP',
  shows: 'An SMS announces the image and counts as its delivery; the image itself follows when IP is back, and is not reported again.',
  requirements: ['029', '030', '031'],
  play,
};

async function play({ stage, checks, tell, show }: Scene): Promise<void> {
  const [alice, bob] = [await stage.person('Alice'), await stage.person('Bob')];
  const [alicePhone, bobPhone] = [await stage.phoneOf(alice), await stage.phoneOf(bob)];
  await stage.goOnline(alicePhone);
  tell("waiting until Bob's phone has been without IP for long enough");
  await stage.goToSmsOnly(bobPhone);

  const picture = pictureOf(PICTURE_BYTES);
  const file = await alicePhone.upload(picture, 'image/png');
  const id = await alicePhone.send({ to: bob, fileId: file.id, contentType: 'image/png', asksFor: ['positive-delivery'] });
  show({ id, label: `Alice to Bob: an image of ${picture.length} bytes` });
  const sms = await stage.network.firstTextTo(bob);
  checks.equal("Bob's phone gets a notification as SMS", sms.text, `You received an image from ${alice.number} (${ucnRef(id, bob.address)}). It will arrive when your phone has data.`);
  await alicePhone.reported(id, 'delivered');
  const journey = await stage.operator.journey(id);
  const [credited, receipt] = [journey.find(isReleasedReport), journey.find(isDeliveredNotification)];
  const seen = `receipt ${receipt?.at}, report ${credited?.at} for ${credited?.form}`;
  checks.holds('the delivery is reported for the notification, after its receipt', credited?.form === 'UCN' && receipt !== undefined && credited.at >= receipt.at, seen);

  await bobPhone.connect();
  const { fileUrl = '', contentType } = await bobPhone.received(id);
  checks.equal('with IP the phone gets the image', contentType, 'image/png');
  const content = await bobPhone.download(fileUrl);
  checks.holds('its bytes are those that Alice sent', Buffer.from(content).equals(picture), `${content.length} bytes, not ${picture.length} or not the same`);
  checks.equal('its SHA-256 is the one of the upload', createHash('sha256').update(content).digest('hex'), file.sha256);
  await stage.operator.decision(id, { that: 'the delivery of the image is known and not reported again', fits: isSuppressedReport });
  await untilMarkerReported({ from: alicePhone, to: bob, text: 'Do you like it?' });
  checks.equal('Alice gets exactly one delivery report', alicePhone.reports(id), ['delivered']);
  checks.equal('the notification is the only SMS', (await stage.network.textsTo(bob)).length, 1);
}
