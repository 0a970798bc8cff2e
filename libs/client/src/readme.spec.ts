import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { ucnRef } from '@cpm/message-tags';
import { CpmDevice, InMemoryStore, type Box, type Conversation, type MessageData } from './index.js';
import { openIndexedDbStore } from './store/indexeddb-store.js';
import { until } from './testing/box-under-test.js';
import { FakeSockets } from './testing/fake-socket.js';
import { HOST, InMemoryNms, OTHER as bob, USER as user } from './testing/in-memory-nms.js';

const path = new URL('../README.md', import.meta.url);
const source = readFileSync(new URL(import.meta.url), 'utf8');
const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
const blocks = [...readFileSync(path, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code = '']) => lines(code).join('\n'));

const url = HOST;
const deviceId = 'urn:uuid:00000000-0000-4000-8000-000000000001';
const freshToken = () => 't';
const carol = 'tel:+4915110000003';
const calls: unknown[][] = [];
const show = (data: MessageData) => calls.push(['show', data.id]);
const showProgress = (objects: number, done: boolean) => calls.push(['progress', objects, done]);
const showList = (list: readonly Conversation[], unread: number) => calls.push(['list', list.length, unread]);
const showNotification = (id: string, state: string) => calls.push(['notification', id, state]);
const hideSms = (smsId: string) => void calls.push(['hide', smsId]);
const showSms = (smsId: string) => void calls.push(['show', smsId]);
const save = (response: Response) => calls.push(['save', response.status]);

async function messages() {
  const device = new CpmDevice({ url, token: () => freshToken(), deviceId });
  await device.register({ name: 'Tablet' });
  device.on('message.received', ({ data }) => show(data));
  await device.connect();
  const { id } = await device.send({ to: [bob], body: 'Hello', dispositionNotification: ['positive-delivery', 'display'] });
  await device.next('disposition', ({ data }) => data.messageId === id && data.status === 'displayed');
}

async function boxOf(device: CpmDevice) {
  const store = await openIndexedDbStore(`cpm ${deviceId}`).catch(() => new InMemoryStore());
  const box = await device.openBox({ store, user });
  box.on('progress', ({ objects, done }) => showProgress(objects, done));
  box.on('changed', () => showList(box.conversations(), box.unread));
  const [newest] = box.objects({ party: bob, limit: 50 });
  if (newest?.isUnread) await box.markRead(newest.id);
  await box.send({ to: [bob], body: 'Sent as soon as there is a connection' });
  const draft = await box.saveDraft({ to: [bob], text: 'Not yet' });
  await box.discardDraft(draft);
  if (newest) await box.move(newest.id, await box.createFolder('Family'));
  return box;
}

async function primary(device: CpmDevice, box: Box, { from, text, at, smsId }: { from: string; text: string; at: string; smsId: string }) {
  const kind = await device.smsReceived({ from, text, at, smsId });
  if (kind === 'copy') hideSms(smsId);
  box.on('changed', ({ sms }) => sms.forEach((one) => (box.isCopy(one) ? hideSms(one) : showSms(one))));
  for (const { id, state } of box.ucns) showNotification(id, state);
}

async function sessions(device: CpmDevice, film: Uint8Array<ArrayBuffer>) {
  const { id } = await device.sessions.start({ to: [bob, carol], kind: 'long-lived-group', subject: 'Tonight' });
  await device.sessions.say(id, { body: 'Who is coming?' });
  device.on('session.invited', ({ data }) => void device.sessions.accept(data.id));
  device.on('file-transfer.invited', ({ data }) => void device.transfers.accept(data.id).then((fileUrl) => device.download(fileUrl)).then(save));
  const file = await device.upload(film, { contentType: 'video/mp4', fileName: 'beach.mp4' });
  await device.transfers.offer({ to: [bob], fileId: file.id, dispositionNotification: ['positive-delivery'] });
}

it.each([messages, boxOf, primary, sessions].map((example, place) => [example.name, place]))('%s: the page has what is compiled here', (_, place) => {
  expect(lines(source).join('\n')).toContain(blocks[place as number]);
  expect(blocks).toHaveLength(4);
});

it('does what the page says, on IndexedDB', async () => {
  const nms = new InMemoryNms();
  const sockets = new FakeSockets();
  const device = new CpmDevice({ url, token: freshToken, deviceId, fetch: nms.fetch as typeof fetch, WebSocket: sockets.WebSocket });
  nms.add({ text: 'Good evening', date: '2026-03-02T12:00:00Z' });
  nms.add({ messageId: 'm1', parts: [new Uint8Array([1])] });
  const box = await boxOf(device);
  await primary(device, box, { from: bob, text: 'Good evening', at: '2026-03-02T12:00:03Z', smsId: 's1' });
  await primary(device, box, { from: bob, text: `A picture ${ucnRef('m1', user)}`, at: '2026-03-02T12:00:03Z', smsId: 's2' });
  await device.connect();
  await until(() => box.ucns.length === 0 && box.isCopy('s1') && box.objects().some(({ text, state }) => text?.startsWith('Sent as') && state === 'stored'));
  expect(calls).toEqual(expect.arrayContaining([['notification', 's2', 'waiting'], ['hide', 's1'], ['hide', 's2'], ['progress', 3, true], ['list', 1, 2]]));
  device.close();
});
