import { requirement } from '@cpm/runtime-decider';
import { decodeShortMessage } from '@cpm/sms-text';
import { startMongo, type MongoService } from '@cpm/testing-containers';
import { ENDS, startCountingSmsc, type CountingSmsc, type TakenSubmission } from '@cpm/testing-smsc-peers';
import { GatewayUnderTest, number, until } from './gateway.fixture.js';
import { TEXTS } from './texts.fixture.js';

let mongo: MongoService;
let peer: CountingSmsc;
let gateway: GatewayUnderTest;
/** Sent first, looked at last: its answer is waited for 10 s. */
let unanswered: { readonly to: string; readonly id: string };

beforeAll(async () => {
  [mongo, peer] = await Promise.all([startMongo(), startCountingSmsc()]);
  gateway = await GatewayUnderTest.start(mongo, peer.url, { SMPP_WINDOW: '50', SMS_UNKNOWN_GRACE_MS: '1000' });
  await gateway.bound();
  const to = number(ENDS.neverAnswered);
  unanswered = { to, id: await gateway.submit({ to }) };
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await Promise.all([mongo.stop(), peer.stop()]);
});

const ended = (id: string, status: string) => until(() => gateway.toldOf(id).includes(status), { peer });
const takenOf = async (to: string) => (await peer.journal()).taken.filter((one) => one.to === to);
const part = (submission: TakenSubmission) => decodeShortMessage(submission);

requirement('CPM-MLD-028a', () => {
  it.each(TEXTS)('%s in %i segment(s): in order, whole, and delivered once after all of them', async (coding, segments, text) => {
    const to = number();
    const id = await gateway.submit({ to, text });
    await ended(id, 'delivered');
    const taken = await takenOf(to);
    expect(taken.map((one) => part(one).text).join('')).toBe(text);
    expect(taken.map((one) => part(one).concat?.part)).toEqual(segments === 1 ? [undefined] : Array.from({ length: segments }, (_, at) => at + 1));
    expect(new Set(taken.map(({ dataCoding }) => dataCoding))).toEqual(new Set([coding === 'UCS-2' ? 8 : 0]));
    expect(gateway.toldOf(id)).toEqual(['submitted', 'delivered']);
  });

  it.each([
    ['before the response', ENDS.receiptFirst], ['twice', ENDS.receiptTwice], ['in TLVs alone', ENDS.receiptInTlvs],
  ])('is told once of a delivery whose receipt comes %s', async (_, ends) => {
    const to = number(ends);
    const id = await gateway.submit({ to });
    await ended(id, 'delivered');
    const [{ id: smscId } = { id: '' }] = await takenOf(to);
    await until(async () => (await peer.journal()).told.filter((told) => told === smscId).length === (ends === ENDS.receiptTwice ? 2 : 1), { peer });
    expect(gateway.toldOf(id)).toEqual(['submitted', 'delivered']);
  });
});

it('a receipt of failure ends the text, an address that is refused does so at once', async () => {
  const [failing, refused] = [await gateway.submit({ to: number(ENDS.fails) }), await gateway.submit({ to: number(ENDS.invalidDestination) })];
  await Promise.all([ended(failing, 'failed'), ended(refused, 'failed')]);
  expect([gateway.toldOf(failing), gateway.toldOf(refused)]).toEqual([['submitted', 'failed'], ['failed']]);
});

it('a text that is throttled twice is taken once', async () => {
  const to = number(ENDS.throttledTwice);
  const id = await gateway.submit({ to });
  await ended(id, 'delivered');
  const { taken, refused } = await peer.journal();
  expect([taken.filter((one) => one.to === to).length, refused.filter((one) => one.to === to).map(({ status }) => status)]).toEqual([1, [0x58, 0x58]]);
});

it('what a handset writes is acknowledged', async () => {
  const before = await gateway.metric('cpm_sms_inbound_total');
  await gateway.submit({ to: number(ENDS.writesBack) });
  await until(async () => (await peer.journal()).said.length === 1, { peer });
  expect((await peer.journal()).said).toEqual([0]);
  expect(await gateway.metric('cpm_sms_inbound_total')).toBe(before + 1);
});

it.each([['unbinds', ENDS.unbinds, 'delivered'], ['closes the connection', ENDS.disconnects, 'unknown']])(
  'an SMSC that %s: bound again, and what may have been taken is not sent again by itself', async (_, ends, outcome) => {
    const to = number(ends);
    const id = await gateway.submit({ to });
    await ended(id, outcome);
    await gateway.bound();
    const other = await gateway.submit({ to: number() });
    await ended(other, 'delivered');
    expect(await takenOf(to)).toHaveLength(1);
  });

it('an SMSC that never answers leaves the outcome unknown: the text is not sent again by itself', async () => {
  await ended(unanswered.id, 'unknown');
  expect(gateway.toldOf(unanswered.id)).toEqual(['unknown']);
  expect(await takenOf(unanswered.to)).toHaveLength(1);
});

it('the SMSC is killed under load and comes back: nothing is lost, and what it has twice is counted', async () => {
  const texts = 600;
  const before = await gateway.metric('cpm_sms_possible_duplicates_total');
  // Routing gives a text of unknown outcome one more attempt.
  gateway.onProgress = ({ messageId, status, attempt, user }) => {
    if (status === 'unknown' && attempt === 1) void gateway.submit({ to: user.replace('tel:+', ''), messageId, attempt: 2, text: messageId });
  };
  const ids = await Promise.all(Array.from({ length: texts }, (_, at) => gateway.submit({ to: number(ENDS.answersLate), messageId: `crash-${at}`, text: `crash-${at}` })));
  const takenTexts = async () => (await peer.journal()).taken.map((one) => part(one).text).filter((text) => text.startsWith('crash-'));
  await until(async () => (await takenTexts()).length > texts / 10, { peer });
  await peer.restart();
  await until(() => ids.every((id) => gateway.toldOf(id).some((status) => status.endsWith('delivered'))), { peer, withinMs: 60_000 });
  const taken = await takenTexts();
  expect(new Set(taken)).toEqual(new Set(ids));
  const counted = (await gateway.metric('cpm_sms_possible_duplicates_total')) - before;
  expect(ids.filter((id) => gateway.toldOf(id).includes('unknown')).length).toBe(counted);
  // What was taken without an answer is there twice; no other is.
  const repeats = taken.length - new Set(taken).size;
  expect(repeats).toBeGreaterThan(0);
  expect(repeats).toBeLessThanOrEqual(counted);
});
