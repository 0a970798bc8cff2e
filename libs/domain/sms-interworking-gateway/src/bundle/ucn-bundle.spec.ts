import { ucnRef, ucnSummaryRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import { ANSWER_LIMIT_MS, LATE_ANSWER_MS } from '../sms/sms.decider.js';
import { ALICE, BOB, CAROL, HOUR_MS, Notifications, START } from './ucn-bundle.fixture.js';
import { MOST_COVERED } from './ucn-bundle.js';
import { ucnBundle } from './ucn-bundle.aggregate.js';

const photos = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => `p${from + at}`);
const ids = photos(1, 10);
/** Ten photos within 30 s. */
const album = (phone = new Notifications()) => {
  for (const id of ids) phone.ask(id).pass(3_000);
  return phone;
};
const all = (status: string, of: readonly string[] = ids) => of.map((id) => `${id} 1 ${status}`);

requirement('CPM-MLD-029', () => {
  it('lets the first leave at once, and tells of the nine that come within its window when that ends', () => {
    const phone = album();
    expect(phone.texts).toEqual([`You received an image from +4915110000001 (${ucnRef('p1', BOB)}). It will arrive when your phone has data.`]);
    phone.pass(29_999);
    expect(phone.left.length).toBe(1);
    phone.pass(1);
    const [, summary] = phone.left;
    expect(phone.texts).toEqual([phone.texts[0], `9 more images from +4915110000001 wait for you (${ucnSummaryRef(`summary|${START + 60_000}-1`, BOB)}). They will arrive when your phone has data.`]);
    expect(summary).toMatchObject({ form: 'UCN', sender: ALICE, user: BOB });
    expect(summary).not.toHaveProperty('link');
    expect(phone.pass(HOUR_MS / 60).left.length).toBe(2);
  });

  it('begins anew after a window', () => {
    const phone = new Notifications().ask('a').ask('b').ask('c').pass(60_000).ask('d').ask('e').ask('f').pass(60_000);
    expect(phone.texts.map((text) => /^\d|image/.exec(text)?.[0])).toEqual(['image', '2', 'image', '2']);
  });

  it('sends nothing at the end of a window in which nothing came', () => {
    const phone = new Notifications().ask('a').pass(60_000);
    expect([phone.left.length, phone.bundle.window]).toEqual([1, null]);
  });

  it('tells of one alone by its own text, with its link', () => {
    const phone = new Notifications();
    phone.policy = { ...phone.policy, 'ucn.includeUrl': true };
    phone.ask('a').ask('b').pass(60_000);
    expect(phone.left[1]).toMatchObject({ text: expect.stringContaining(ucnRef('b', BOB)), link: { messageId: 'b' } });
  });

  it('tells of each at once where no window is wanted, and keeps to what was wanted when a window began', () => {
    const phone = new Notifications().ask('a').ask('b');
    phone.policy = { ...phone.policy, 'ucn.aggregateWindowSec': 0 };
    phone.ask('c');
    expect(phone.left.map(({ smsId }) => smsId)).toEqual([`${BOB}|a`, `${BOB}|c`]);
    phone.policy = { ...phone.policy, 'ucn.aggregateWindowSec': 10 };
    phone.ask('d').pass(10_000);
    expect(phone.left.length).toBe(2);
    expect(phone.pass(50_000).left[2]?.text).toMatch(/^2 more images/);
    expect(phone.ask('e').ask('f').ask('g').pass(10_000).left.length).toBe(5);
  });

  it('leaves before its window ends once there are as many as one can tell of', () => {
    const phone = new Notifications();
    for (let count = 0; count <= MOST_COVERED; count += 1) phone.ask(`m${count}`);
    expect(phone.texts[1]).toMatch(/^100 more images/);
    expect(phone.ask('next').left.length).toBe(3);
  });

  it('asks for a second time of the same attempt nothing, of another one does', () => {
    const phone = new Notifications().ask('a').ask('b').ask('c').ask('b').pass(60_000).ask('b').ask('a').pass(120_000);
    expect(phone.texts.length).toBe(2);
    expect(phone.accept().receipt('UNDELIVERABLE').ask('b', { attempt: 2 }).left.length).toBe(3);
  });

  it.each([
    ['one of several', ['b'], ['b 1 cancelled'], '2 more images'],
    ['all but one', ['b', 'c'], ['b 1 cancelled', 'c 1 cancelled'], 'You received'],
    ['all', ['b', 'c', 'd'], ['b 1 cancelled', 'c 1 cancelled', 'd 1 cancelled'], ''],
  ])('does not tell of what was cancelled meanwhile: %s', (_, cancelled, told, text) => {
    const phone = new Notifications().ask('a').ask('b').ask('c').ask('d');
    for (const id of cancelled) phone.cancel(id);
    expect(phone.told).toEqual(told);
    phone.pass(60_000);
    expect((phone.texts[1] ?? '').slice(0, text.length || 1)).toBe(text);
  });

  it('does not tell of what expired meanwhile', () => {
    const phone = new Notifications().ask('a').ask('b', { expiresAt: START + 30_000 }).ask('c').ask('d').pass(60_000);
    expect([phone.told, phone.texts[1]?.slice(0, 13)]).toEqual([['b 1 expired'], '2 more images']);
  });

  it('is not recalled by one cancellation after it left, and is by those of all that it tells of while it has not', () => {
    const phone = new Notifications().ask('a').refuse('never').ask('b').ask('c').pass(60_000).refuse('later').cancel('b').cancel('b');
    expect(phone.told).toEqual(['a 1 failed']);
    expect(phone.cancel('c').pass(HOUR_MS).left.length).toBe(2);
    expect(phone.told).toEqual(['a 1 failed', 'b 1 cancelled', 'c 1 cancelled']);
  });

  it('tells of what was cancelled too late as it goes', () => {
    const phone = new Notifications().ask('a').refuse('never').ask('b').ask('c').pass(60_000).refuse('later').cancel('b').pass(5_000).accept().receipt();
    expect(phone.told).toEqual(['a 1 failed', 'b 1 submitted', 'c 1 submitted', 'b 1 delivered', 'c 1 delivered']);
  });

  it('that the SMSC has taken is not recalled', () => {
    const phone = new Notifications().ask('a').ask('b').ask('c').pass(60_000).accept().cancel('b').cancel('c').receipt();
    expect(phone.told).toEqual(['b 1 submitted', 'c 1 submitted', 'b 1 delivered', 'c 1 delivered']);
  });

  it('comes from nobody\'s number when several wrote, and says so', () => {
    const phone = new Notifications().ask('a').ask('b', { sender: CAROL }).ask('c', { contentType: 'video/mp4' }).ask('d', { contentType: 'text/vcard' }).pass(60_000);
    expect(phone.left[1]).toMatchObject({ manySenders: true, text: expect.stringMatching(/^3 more messages from several people wait/) });
  });

  it('stays worth sending as long as the last of what it tells of', () => {
    const phone = new Notifications().ask('a').ask('b', { expiresAt: START + HOUR_MS }).ask('c', { expiresAt: START + 2 * HOUR_MS }).pass(60_000);
    expect(phone.left[1]?.expiresAt).toBe(START + 2 * HOUR_MS);
  });

  it('tells the journey of each of its messages', () => {
    const phone = new Notifications().ask('a').ask('b').ask('c').pass(60_000).accept().receipt();
    expect(phone.journal.filter((line) => line.startsWith('b:'))).toEqual([
      'b: UCN taken', 'b: leaves now, or with others when their window ends', 'b: told of by a summary', 'b: summary delivered to the handset',
    ]);
  });

  it('is forgotten a week after', () => {
    const phone = new Notifications().ask('a');
    expect(ucnBundle.removableAt?.(phone.bundle)).toBeUndefined();
    expect(ucnBundle.removableAt?.(phone.pass(60_000).bundle)).toBe(START + 60_000 + 7 * 24 * HOUR_MS);
  });
});

requirement('CPM-MLD-030', () => {
  it('counts as sent and as delivered for each message that it tells of', () => {
    const phone = album().accept(0).receipt('DELIVERED', 0).pass(30_000).accept();
    expect(phone.told).toEqual(['p1 1 submitted', 'p1 1 delivered', ...all('submitted', photos(2, 10))]);
    expect(phone.receipt().told.slice(11)).toEqual(all('delivered', photos(2, 10)));
    expect(phone.receipt().told.length).toBe(20);
  });

  it.each<readonly [string, (phone: Notifications) => Notifications, string]>([
    ['refused for good', (phone) => phone.refuse('never'), 'failed'],
    ['lost', (phone) => phone.refuse('unknown'), 'unknown'],
    ['never answered', (phone) => phone.pass(ANSWER_LIMIT_MS + LATE_ANSWER_MS), 'unknown'],
  ])('that is %s is so for each', (_, happen, status) => {
    const phone = happen(new Notifications().ask('a').accept().ask('b').ask('c').pass(60_000));
    expect(phone.told).toEqual(['a 1 submitted', `b 1 ${status}`, `c 1 ${status}`]);
  });

  it('that is not delivered is so for each', () => {
    const phone = new Notifications().ask('a').ask('b').ask('c').pass(60_000).accept().receipt('UNDELIVERABLE');
    expect(phone.told).toEqual(['b 1 submitted', 'c 1 submitted', 'b 1 failed', 'c 1 failed']);
  });
});

requirement('CPM-MLD-034', () => {
  it('is named to the store, with all that it tells of, before it leaves', () => {
    const { marked } = new Notifications().ask('a').ask('b').ask('c').pass(60_000);
    expect(marked).toEqual([{ user: BOB, ref: ucnSummaryRef(`summary|${START + 60_000}-1`, BOB), messageIds: ['b', 'c'], at: START + 60_000 }]);
  });
});
