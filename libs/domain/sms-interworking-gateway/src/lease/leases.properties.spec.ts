import fc from 'fast-check';
import { DAY_MS, Desk, POOL } from './leases.fixture.js';

const session = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step = fc.oneof(
  fc.record({ does: fc.constant('submit' as const), session }),
  fc.record({ does: fc.constant('receive' as const), number: fc.constantFrom(...POOL) }),
  fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(1, 60_000, DAY_MS, 12 * DAY_MS, 30 * DAY_MS) }),
);

/** What a number must mean: the last session it was leased to, until it is unused for 30 days. */
class Expectation {
  private readonly lastOf = new Map<string, { readonly session: string; readonly usedAt: number }>();

  lease(number: string, leased: string, now: number): void {
    this.lastOf.set(number, { session: leased, usedAt: now });
  }

  answer(number: string, now: number): string | undefined {
    const last = this.lastOf.get(number);
    if (!last || now >= last.usedAt + 30 * DAY_MS) return undefined;
    this.lastOf.set(number, { ...last, usedAt: now });
    return last.session;
  }
}

it('leases no number twice and brings each text to the session that was last leased its number', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const desk = new Desk();
    const expected = new Expectation();
    const words: [string, string][] = [];
    const strays: string[] = [];
    for (const [index, one] of steps.entries()) {
      if (one.does === 'pass') desk.pass(one.ms);
      else if (one.does === 'submit') {
        const number = desk.submit(one.session);
        expect(POOL).toContain(number);
        expected.lease(number!, one.session, desk.now);
      } else {
        const text = `text ${index}`;
        const wanted = expected.answer(one.number, desk.now);
        desk.receive(one.number, text);
        if (wanted === undefined) strays.push(text);
        else words.push([wanted, text]);
      }
      const { leases } = desk.state;
      expect(new Set(leases.map(({ number }) => number)).size).toBe(leases.length);
      expect(new Set(leases.map(({ sessionId }) => sessionId)).size).toBe(leases.length);
    }
    expect(desk.words).toEqual(words);
    expect(desk.letters.map(({ value }) => value['text'])).toEqual(strays);
  }));
});

it('keeps the number of a session while fewer others than numbers were used since', () => {
  fc.assert(fc.property(fc.array(session, { minLength: 1, maxLength: 40 }), (sessions) => {
    const desk = new Desk();
    const numberOf = new Map<string, string | undefined>();
    for (const [index, one] of sessions.entries()) {
      const before = sessions.slice(0, index);
      const since = new Set(before.slice(before.lastIndexOf(one) + 1));
      const number = desk.submit(one);
      if (before.includes(one) && since.size < POOL.length) expect(number).toBe(numberOf.get(one));
      numberOf.set(one, number);
    }
  }));
});

interface Piece {
  readonly reference: number;
  readonly number: number;
  readonly text: string;
}

const total = 4;
const pieces: Piece[] = [1, 2].flatMap((reference) => Array.from({ length: total }, (_, at) => ({ reference, number: at + 1, text: `${reference}.${at + 1} ` })));
const arrivals = fc.tuple(
  fc.shuffledSubarray(pieces, { minLength: pieces.length }),
  fc.array(fc.tuple(fc.constantFrom(...pieces), fc.nat(2 * pieces.length)), { maxLength: 8 }),
).map(([order, copies]) => copies.reduce((all, [copy, at]) => all.toSpliced(at, 0, copy), order));

it('makes the same texts, once each, of parts in any order, with any copies', () => {
  fc.assert(fc.property(arrivals, (order) => {
    const desk = new Desk();
    const number = desk.submit('a');
    for (const { reference, number: at, text } of order) desk.pass(1).receive(number, text, { reference, total, number: at });
    expect(desk.words.map(([, text]) => text).sort()).toEqual(['1.1 1.2 1.3 1.4 ', '2.1 2.2 2.3 2.4 ']);
    expect(desk.letters).toEqual([]);
  }));
});
