import { messageId } from '@cpm/vocabulary';
import { leases } from './leases.aggregate.js';
import { ALICE, BOB, DAY_MS, Desk, given, groupText, PHONE, POOL, START } from './leases.fixture.js';
import { LEASE_LIFE_MS, type LeasesEvent } from './leases.js';

const [first, second, third] = POOL;
function addressed(sessionId: string, source?: string, at = START): LeasesEvent {
  const text = groupText(sessionId);
  const lease = source !== undefined && { number: source, sessionId, conversationId: text.conversationId, contributionId: text.contributionId, device: PHONE, usedAt: at };
  return { type: 'TextAddressed', text, ...(source !== undefined && { source }), ...(lease && { lease }), at };
}
const submit = (sessionId: string, pool: readonly string[] = POOL, now = START) => ({ type: 'Submit' as const, text: groupText(sessionId), pool, now });

describe('a text of a group session', () => {
  it('goes from the first number that no other session has', () => {
    given([]).when(submit('a')).then([addressed('a', first)]);
    given([addressed('a', first)]).when(submit('b')).then([addressed('b', second)]);
    given([addressed('b', second)]).when(submit('c')).then([addressed('c', first)]);
  });

  it('goes from the number that its session has', () => {
    given([addressed('a', first), addressed('b', second), addressed('a', first)]).when(submit('b')).then([addressed('b', second)]);
  });

  it('takes the number that was used longest ago when none is free', () => {
    given([addressed('a', first), addressed('b', second), addressed('c', third), addressed('a', first)]).when(submit('d')).then([addressed('d', second)]);
  });

  it('goes from its sender\'s number when there is nothing to lease', () => {
    given([]).when(submit('a', [])).then([addressed('a')]);
    given([addressed('a', first)]).when(submit('a', [])).then([addressed('a')]);
  });

  it('is submitted as the text of the leg that it is', () => {
    const desk = new Desk();
    desk.submit('a', { attempt: 2 });
    expect(desk.sent).toEqual([{
      user: BOB, messageId: 'm-a', sender: ALICE, device: PHONE, attempt: 2, text: 'Alice: Hello', expiresAt: START + DAY_MS, at: START, source: first, sessionId: 'a',
    }]);
  });
});

describe('a lease', () => {
  it('of one session is one number, also when texts of others come between', () => {
    const desk = new Desk();
    expect(['a', 'a', 'b', 'a', 'c', 'b', 'a'].map((session) => desk.submit(session))).toEqual([first, first, second, first, third, second, first]);
    expect(desk.state.leases.map(({ sessionId }) => sessionId)).toEqual(['c', 'b', 'a']);
  });

  it('lasts 30 days after its last use, by either side', () => {
    const desk = new Desk();
    desk.submit('a');
    desk.pass(LEASE_LIFE_MS - 1).receive(first, 'Still here').pass(LEASE_LIFE_MS - 1).receive(first, 'And here').pass(LEASE_LIFE_MS).receive(first, 'Too late');
    expect(desk.words).toEqual([['a', 'Still here'], ['a', 'And here']]);
    expect(desk.letters.map(({ value }) => value['text'])).toEqual(['Too late']);
    expect(desk.submit('b')).toBe(first);
  });

  it('keeps the number from being the one used longest ago by an answer', () => {
    const desk = new Desk();
    for (const session of ['a', 'b', 'c']) desk.submit(session);
    desk.receive(first, 'Yes');
    expect(desk.submit('d')).toBe(second);
  });

  it('of a number that left the pool still maps back, and its session sends from another', () => {
    const desk = new Desk();
    desk.submit('a');
    desk.policy = { ...desk.policy, 'sms.leasedNumbers': [second, third] };
    expect([desk.submit('b'), desk.submit('c'), desk.submit('d')]).toEqual([second, third, second]);
    desk.receive(first, 'To the old number');
    expect(desk.submit('a')).toBe(third);
    desk.receive(first, 'Again').receive(third, 'To the new one');
    expect(desk.words).toEqual([['a', 'To the old number'], ['a', 'Again'], ['a', 'To the new one']]);
  });

  it('of two numbers, when one came back into the pool, is used by the one used last', () => {
    given([addressed('a', first), addressed('a', second)]).when(submit('a')).then([addressed('a', second)]);
  });

  it('is forgotten with the document once the last one has expired', () => {
    const desk = new Desk();
    desk.submit('a');
    expect(leases.removableAt?.(desk.state)).toBe(START + LEASE_LIFE_MS);
  });
});

describe('a text of the Primary', () => {
  it('is said in the session of the number, as an answer from this phone', () => {
    const desk = new Desk();
    desk.submit('a');
    desk.policy = { ...desk.policy, 'deferred.ttlSec': 60 };
    desk.pass(1_000).receive(first, 'Grüße');
    expect(desk.said).toEqual([{
      user: BOB, sessionId: 'a', via: 'SMS',
      message: {
        id: `sms-4915120000002-${START + 1_000}-1`, service: 'chat', sessionId: 'a', from: BOB, to: [], originDevice: PHONE, conversationId: 'conv-a', contributionId: 'contrib-a',
        inReplyTo: 'contrib-a', contentType: 'text/plain', content: { kind: 'inline', text: 'Grüße' }, size: 7, dispositionNotification: [],
        sentAt: START + 1_000, expiresAt: START + 61_000,
      },
    }]);
    expect(messageId.safeParse(desk.said[0]?.message.id).success).toBe(true);
  });

  it('answers what was last said there', () => {
    const desk = new Desk();
    desk.submit('a');
    desk.submit('a', { contributionId: 'second' });
    desk.receive(first, 'Yes');
    expect(desk.said[0]?.message).toMatchObject({ contributionId: 'second', inReplyTo: 'second' });
  });

  it('has an id of its own, also when the leases were forgotten in between', () => {
    const desk = new Desk();
    desk.submit('a');
    desk.receive(first, 'Yes').receive(first, 'Yes');
    const forgotten = new Desk();
    forgotten.now = START + 40 * DAY_MS;
    forgotten.submit('a');
    forgotten.receive(first, 'Yes');
    expect(new Set([...desk.said, ...forgotten.said].map(({ message }) => message.id)).size).toBe(3);
  });

  it('to a number that is not leased is put aside, once for each', () => {
    const desk = new Desk();
    desk.submit('a');
    desk.receive(second, 'Hello?').receive(second, 'Hello?').receive('4915110000001', 'Hello, Alice', { reference: 1, total: 2, number: 1 });
    expect(desk.said).toEqual([]);
    expect(desk.letters).toMatchObject([
      { key: BOB, value: { from: BOB, to: second, text: 'Hello?' } },
      { key: BOB, value: { from: BOB, to: second, text: 'Hello?' } },
      { key: BOB, value: { from: BOB, to: '4915110000001', text: 'Hello, Alice', part: { reference: 1, total: 2, number: 1 } } },
    ]);
    expect(new Set(desk.letters.map(({ id }) => id)).size).toBe(3);
    expect(desk.letters[0]?.id).toMatch(/^cpm\.sms-interworking-gateway\.inbox\//);
  });

  it('of an unknown user is put aside', () => {
    expect(new Desk().receive(first, 'Hello?').letters).toHaveLength(1);
  });

  it.each([[8_192, 1, 0], [8_193, 0, 1]])('of %i octets is passed on %i times and put aside %i times', (octets, said, letters) => {
    const desk = new Desk();
    desk.submit('a');
    desk.receive(first, 'x'.repeat(octets));
    expect([desk.said.length, desk.letters.length]).toEqual([said, letters]);
  });
});
