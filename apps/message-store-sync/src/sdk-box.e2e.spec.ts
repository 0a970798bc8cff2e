import { CpmDevice, InMemoryStore, type Box } from '@cpm/client';
import { ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import type { DeviceId } from '@cpm/vocabulary';
import { alice, BoxStage, phone, tablet } from './box-stage.fixture.js';

let stage: BoxStage;
let boxes: Box[];
const problems: string[] = [];

beforeAll(async () => {
  stage = await BoxStage.start();
}, 120_000);
afterAll(() => stage.stop());
beforeEach(async () => {
  stage.nextBob();
  problems.length = 0;
  await stage.own(1);
  boxes = await Promise.all([phone, tablet].map(boxOn));
});
afterEach(async () => {
  await Promise.all(boxes.map((box) => box.close()));
  expect(problems).toEqual([]);
});

async function boxOn(device: DeviceId): Promise<Box> {
  const user = stage.bob;
  await stage.registered(user, device);
  const token = () => stage['identity'].token({ scope: 'device', sub: user, device });
  // The other services of the entry are not on this stage.
  const fetchOfStore = async (url: string, init: RequestInit) => (url.includes('/cpm/v1/') ? new Response(null, { status: 204 }) : fetch(url, init));
  const box = await new CpmDevice({ url: stage.host.url, token, deviceId: device, fetch: fetchOfStore as typeof fetch }).openBox({ store: new InMemoryStore(), user, pageSize: 2 });
  box.on('problem', ({ message }) => problems.push(message));
  return box;
}

const sync = async () => {
  for (const box of [...boxes, ...boxes]) await box.sync();
};
const seen = () => boxes.map((box) => box.objects().map(({ text, folder, flags }) => [text, folder, ...[...flags].sort()].join(' ')));
const onBoth = (...lines: readonly string[]) => [lines, lines];

requirement('CPM-MLD-016', () => {
  it('has messages, drafts and folders on both devices of a user, whichever made or removed them', async () => {
    await stage.receive(...[1, 2, 3, 4, 5].map((number) => stage.message(`m${number}`, { text: `text ${number}`, sentAt: number * 1_000 })));
    await stage.send(stage.sent('s1', { text: 'answer', sentAt: 9_000 }));
    await sync();
    const at = `/main/${alice}`;
    expect(seen()).toEqual(onBoth(`answer ${at} \\Seen`, `text 5 ${at}`, `text 4 ${at}`, `text 3 ${at}`, `text 2 ${at}`, `text 1 ${at}`));
    const [one, other] = boxes as [Box, Box];
    const family = await one.createFolder('Family');
    await one.move(one.objects().find(({ text }) => text === 'text 1')!.id, family);
    await one.renameFolder(family, 'Friends');
    const draft = await one.saveDraft({ to: [alice], text: 'Dear' });
    await other.remove(...other.objects().filter(({ text }) => text !== 'text 1').map(({ id }) => id));
    await sync();
    expect(seen()).toEqual(onBoth(`Dear ${at} \\Draft \\Seen`, 'text 1 /main/Friends'));
    await one.updateDraft(draft, { to: [alice], text: 'Dear Alice' });
    await sync();
    expect(seen()).toEqual(onBoth(`Dear Alice ${at} \\Draft \\Seen`, 'text 1 /main/Friends'));
    await other.removeFolder(other.folders.find(({ name }) => name === 'Friends')!.id);
    await sync();
    expect(seen()).toEqual(onBoth(`Dear Alice ${at} \\Draft \\Seen`));
  });
});

requirement('CPM-MLD-017', () => {
  it('has the same state on both devices', async () => {
    await stage.receive(stage.message('m1', { dispositionNotification: ['display'] }), stage.message('m2', { sentAt: 2_000 }));
    await sync();
    const [one, other] = boxes as [Box, Box];
    const [second, first] = one.objects().map(({ id }) => id) as [string, string];
    await one.markRead(first, second);
    await other.flag(first, '\\Flagged');
    await sync();
    const at = `/main/${alice}`;
    expect(seen()).toEqual(onBoth(`Hello ${at} \\Seen`, `Hello ${at} \\Flagged \\Seen \\read-report-sent`));
    expect(boxes.map(({ unread }) => unread)).toEqual([0, 0]);
    await other.markUnread(second);
    await sync();
    expect(boxes.map(({ unread }) => unread)).toEqual([1, 1]);
  });
});

requirement('CPM-MLD-034', () => {
  it('puts the original in the place of its notification, and shows a text once that came as SMS as well', async () => {
    const [one] = boxes as [Box, Box];
    await one.smsReceived({ from: alice, text: `A message ${ucnRef('m1', stage.bob)}`, at: new Date(2_000).toISOString(), smsId: 'ucn' });
    await one.smsReceived({ from: alice, text: 'Hello there', at: new Date(2_000).toISOString(), smsId: 'copy' });
    await stage.receive(stage.message('m1', { text: 'x'.repeat(9_000) }), stage.message('m2', { text: 'Hello there' }));
    await one.sync();
    expect([one.ucns, one.isCopy('copy'), one.objects().map(({ messageId }) => messageId).sort()]).toEqual([[], true, ['m1', 'm2']]);
    expect((await one.read(one.objects().find(({ messageId }) => messageId === 'm1')!.id)).size).toBe(9_000);
  });
});
