import type { CpmAddress } from '@cpm/vocabulary';
import { leases } from './leases.aggregate.js';
import { ALICE, BOB, DAY_MS, Desk, PHONE, POOL, START } from './leases.fixture.js';
import { LEASE_LIFE_MS, SENDERS_KEPT, WHOLES_KEPT, type Lease, type Leases } from './leases.js';
import { NO_OPT_OUTS } from './opt-outs.js';
import { textPrint } from './text-print.js';

const ALICE_NUMBER = '4915110000001';
const CAROL = 'sip:carol@example.org' as CpmAddress;
const DAVE = 'sip:dave@example.org' as CpmAddress;
const [first, second] = POOL;

describe('a text of one sender', () => {
  it('goes from his own number', () => {
    const desk = new Desk();
    expect(desk.write(ALICE)).toBeUndefined();
    expect(desk.sent).toMatchObject([{ user: BOB, sender: ALICE, device: PHONE, attempt: 1, text: 'Hello' }]);
    expect(desk.sent[0]).not.toHaveProperty('sessionId');
  });

  it('goes from a number of the pool when he has none, one for each such sender and session', () => {
    const desk = new Desk();
    expect([desk.write(CAROL), desk.submit('a'), desk.write(DAVE), desk.write(CAROL), desk.submit('a')]).toEqual([POOL[0], POOL[1], POOL[2], POOL[0], POOL[1]]);
  });

  it('goes without a number when he has none and there is nothing to lease', () => {
    const desk = new Desk();
    desk.policy = { ...desk.policy, 'sms.leasedNumbers': [] };
    expect(desk.write(CAROL)).toBeUndefined();
  });

  it('goes from the number that an earlier version gave it', () => {
    const desk = new Desk();
    expect(desk.write(ALICE, { source: second })).toBe(second);
    expect(desk.state.leases).toEqual([]);
  });
});

describe('an answer', () => {
  it('to the sender\'s number is a message to him in the conversation that he wrote in, from the phone it went to', () => {
    const desk = new Desk();
    desk.write(ALICE);
    desk.policy = { ...desk.policy, 'deferred.ttlSec': 60 };
    desk.pass(1_000).receive(ALICE_NUMBER, 'Grüße');
    const id = `sms-4915120000002-${START + 1_000}-1`;
    expect(desk.offered).toEqual([{
      recipient: ALICE, depositSentCopy: true,
      message: {
        id, from: BOB, to: [ALICE], originDevice: PHONE, conversationId: `conv-${ALICE}`, contributionId: id, inReplyTo: `contrib-${ALICE}`,
        contentType: 'text/plain', content: { kind: 'inline', text: 'Grüße' }, size: 7, dispositionNotification: [], sentAt: START + 1_000, expiresAt: START + 61_000,
      },
    }]);
    expect([desk.said, desk.letters]).toEqual([[], []]);
  });

  it('answers what he wrote last', () => {
    const desk = new Desk();
    desk.write(ALICE);
    desk.write(ALICE, { conversationId: 'other', contributionId: 'last' });
    desk.receive(ALICE_NUMBER, 'Yes');
    expect(desk.offered[0]?.message).toMatchObject({ conversationId: 'other', inReplyTo: 'last' });
  });

  it('to a leased number reaches the sender who has none', () => {
    const desk = new Desk();
    desk.write(CAROL);
    desk.submit('a');
    desk.receive(first, 'To Carol').receive(second, 'To all');
    expect(desk.offered).toMatchObject([{ recipient: CAROL, message: { to: [CAROL], content: { text: 'To Carol' } } }]);
    expect(desk.words).toEqual([['a', 'To all']]);
  });

  it('that is long is put together first', () => {
    const desk = new Desk();
    desk.write(ALICE);
    desk.receive(ALICE_NUMBER, 'three', { reference: 1, total: 3, number: 3 }).receive(ALICE_NUMBER, 'one ', { reference: 1, total: 3, number: 1 });
    desk.receive(ALICE_NUMBER, 'one ', { reference: 1, total: 3, number: 1 }).receive(ALICE_NUMBER, 'two ', { reference: 1, total: 3, number: 2 });
    expect(desk.offered.map(({ message }) => message.content)).toEqual([{ kind: 'inline', text: 'one two three' }]);
  });

  it('to a number that nobody wrote from, or not for 30 days, is put aside', () => {
    const desk = new Desk();
    desk.receive(ALICE_NUMBER, 'Hello?');
    desk.write(ALICE);
    desk.pass(LEASE_LIFE_MS).receive(ALICE_NUMBER, 'Still there?');
    desk.write(ALICE, { conversationId: undefined });
    desk.receive(ALICE_NUMBER, 'And now?');
    expect(desk.offered).toEqual([]);
    expect(desk.letters.map(({ value }) => value['text'])).toEqual(['Hello?', 'Still there?', 'And now?']);
  });
});

describe('a text that the SMSC may have delivered before', () => {
  it('is dropped when it is the last one that came', () => {
    const desk = new Desk();
    desk.write(ALICE);
    desk.receive(ALICE_NUMBER, 'Yes').receiveAgain(ALICE_NUMBER, 'Yes').receiveAgain(ALICE_NUMBER, 'Yes');
    desk.receive('4915119999999', 'Hello?').receiveAgain('4915119999999', 'Hello?');
    expect(desk.offered).toHaveLength(1);
    expect(desk.letters).toHaveLength(1);
  });

  it('is dropped when others came after it', () => {
    const desk = new Desk();
    desk.write(ALICE);
    desk.receive(ALICE_NUMBER, 'A').receive(ALICE_NUMBER, 'B').receiveAgain(ALICE_NUMBER, 'A').receiveAgain(ALICE_NUMBER, 'B');
    expect(desk.offered.map(({ message: { content } }) => content)).toEqual(['A', 'B'].map((text) => ({ kind: 'inline', text })));
  });

  it('is known among the last ones only', () => {
    const desk = new Desk();
    desk.write(ALICE);
    const texts = Array.from({ length: WHOLES_KEPT + 1 }, (_, at) => `text ${at}`);
    for (const text of texts) desk.receive(ALICE_NUMBER, text);
    for (const text of texts.slice(1)) desk.receiveAgain(ALICE_NUMBER, text);
    expect(desk.offered).toHaveLength(texts.length);
    desk.receiveAgain(ALICE_NUMBER, 'text 0');
    expect(desk.offered).toHaveLength(texts.length + 1);
  });

  it('is taken when the same words came before the delivery that it may repeat only', () => {
    const desk = new Desk();
    desk.write(ALICE);
    desk.receive(ALICE_NUMBER, 'ok').pass(60_000).receiveAgain(ALICE_NUMBER, 'ok', desk.now - 1_000).receiveAgain(ALICE_NUMBER, 'ok', desk.now - 1_000);
    expect(desk.offered).toHaveLength(2);
  });

  it('is taken when it is another one, or the log does not have it', () => {
    const desk = new Desk();
    desk.write(ALICE);
    desk.receiveAgain(ALICE_NUMBER, 'Yes').receive(ALICE_NUMBER, 'Yes').receiveAgain(ALICE_NUMBER, 'No');
    expect(desk.offered.map(({ message: { content } }) => content)).toEqual(['Yes', 'Yes', 'No'].map((text) => ({ kind: 'inline', text })));
  });
});

it('remembers the senders who wrote last', () => {
  const desk = new Desk();
  const senders = Array.from({ length: SENDERS_KEPT + 1 }, (_, at) => `tel:+4915${100_000_000 + at}` as CpmAddress);
  for (const sender of senders) desk.write(sender);
  desk.receive('4915100000000', 'To the first').receive('4915100000001', 'To the second');
  expect(desk.letters).toHaveLength(1);
  expect(desk.offered).toMatchObject([{ recipient: senders[1] }]);
});

it('reads what an earlier version stored', () => {
  const lease: Lease = { number: first, sessionId: 'a', conversationId: 'c', contributionId: 'd', device: PHONE, usedAt: START };
  const stored = { leases: [lease], partialTexts: [], counter: 3, touchedAt: START } as unknown as Leases;
  const desk = new Desk();
  desk.state = leases.upgrade?.(stored) as Leases;
  desk.pass(DAY_MS).receive(first, 'Yes').receive(first, 'STOP');
  expect(desk.words).toEqual([['a', 'Yes']]);
});

it('knows the last text that an earlier version stored', () => {
  const desk = new Desk();
  desk.state = leases.upgrade?.({ leases: [], partialTexts: [], optOuts: NO_OPT_OUTS, lastWhole: textPrint('12345 Hello?'), counter: 1, touchedAt: START } as unknown as Leases) as Leases;
  desk.receiveAgain('12345', 'Hello?').receiveAgain('12345', 'Hello!');
  expect(desk.letters.map(({ value }) => value['text'])).toEqual(['Hello!']);
  expect(desk.state).not.toHaveProperty('lastWhole');
});
