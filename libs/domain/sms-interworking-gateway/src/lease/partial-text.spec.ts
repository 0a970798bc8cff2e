import { Desk, POOL, START } from './leases.fixture.js';
import { PARTIAL_TEXTS_KEPT, PARTS_LIFE_MS } from './partial-text.js';

const [number, other] = POOL;
const part = (reference: number, at: number, total = 3) => ({ reference, total, number: at });

function leased(): Desk {
  const desk = new Desk();
  desk.submit('a');
  desk.submit('b');
  return desk;
}

describe('a text in parts', () => {
  it('is said once, when its last part has come', () => {
    const desk = leased().receive(number, 'one ', part(7, 1)).receive(number, 'three', part(7, 3));
    expect(desk.words).toEqual([]);
    expect(desk.receive(number, 'two ', part(7, 2)).words).toEqual([['a', 'one two three']]);
  });

  it('ignores parts that come twice, also after it was said', () => {
    const desk = leased().receive(number, 'one ', part(7, 1, 2)).receive(number, 'one ', part(7, 1, 2)).receive(number, 'two', part(7, 2, 2));
    desk.receive(number, 'two', part(7, 2, 2)).receive(number, 'one ', part(7, 1, 2)).pass(PARTS_LIFE_MS);
    expect(desk.words).toEqual([['a', 'one two']]);
    expect(desk.letters).toEqual([]);
  });

  it('is told from the next one under the same reference an hour later', () => {
    const desk = leased().receive(number, 'one ', part(7, 1, 2)).receive(number, 'two', part(7, 2, 2)).pass(3_600_000);
    desk.receive(number, 'one ', part(7, 1, 2)).receive(number, 'more', part(7, 2, 2));
    expect(desk.words).toEqual([['a', 'one two'], ['a', 'one more']]);
  });

  it('is not mixed with another under way, to the same number or another', () => {
    const desk = leased();
    desk.receive(number, 'a1 ', part(7, 1, 2)).receive(number, 'b1 ', part(8, 1, 2)).receive(other, 'c1 ', part(7, 1, 2));
    desk.receive(other, 'c2', part(7, 2, 2)).receive(number, 'b2', part(8, 2, 2)).receive(number, 'a2', part(7, 2, 2));
    expect(desk.words).toEqual([['b', 'c1 c2'], ['a', 'b1 b2'], ['a', 'a1 a2']]);
  });

  it('keeps a character that was cut in two between parts', () => {
    const desk = leased().receive(number, '\ude00!', part(7, 2, 2)).receive(number, 'Hi \ud83d', part(7, 1, 2));
    expect(desk.words).toEqual([['a', 'Hi \u{1f600}!']]);
    expect(desk.said[0]?.message.size).toBe(8);
  });

  it('that lacks one after a day is said as far as it came, with a mark where words are missing', () => {
    const desk = leased().receive(number, 'three', part(7, 3, 5)).pass(1_000).receive(number, 'one ', part(7, 1, 5)).pass(PARTS_LIFE_MS - 1_001);
    expect(desk.words).toEqual([]);
    expect(desk.pass(1).words).toEqual([['a', 'one […]three[…]']]);
    expect(desk.said[0]?.message.sentAt).toBe(START);
    expect(desk.letters).toEqual([]);
    expect(desk.receive(number, 'two ', part(7, 2, 5)).words).toHaveLength(1);
    expect(desk.due).toBe(desk.now + PARTS_LIFE_MS);
  });

  it('that lacks one is put aside when its number stands for another by then, or an earlier version kept it', () => {
    const desk = leased().receive(number, 'one ', part(7, 1));
    const [text] = desk.state.partialTexts;
    const { scope: _scope, ...earlier } = text as NonNullable<typeof text>;
    desk.state = { ...desk.state, partialTexts: [earlier] };
    expect(desk.pass(PARTS_LIFE_MS).letters).toMatchObject([{ value: { to: number, text: 'one […]' }, reason: expect.stringContaining('parts are missing') }]);
    expect(desk.words).toEqual([]);
  });

  it('is forgotten with the next part when the timer is late', () => {
    const desk = leased().receive(number, 'one ', part(7, 1, 2));
    desk.now += PARTS_LIFE_MS;
    expect(desk.receive(number, 'two', part(7, 2, 2)).words).toEqual([['a', 'one […]']]);
    expect(desk.state.partialTexts).toHaveLength(1);
  });

  it('whose reference is used again for other words does not spoil the other', () => {
    const desk = leased().receive(number, 'old 1', part(7, 1, 2)).receive(number, 'new 1 ', part(7, 1, 2)).receive(number, 'new 2', part(7, 2, 2));
    desk.receive(number, 'newer 2', part(7, 2, 2)).receive(number, 'newer 1 ', part(7, 1, 2));
    expect(desk.words).toEqual([['a', 'old 1[…]'], ['a', 'new 1 new 2'], ['a', 'newer 1 newer 2']]);
  });

  it('does not go to the session that gets the number before it is whole', () => {
    const desk = leased();
    desk.submit('c');
    desk.receive(number, 'one ', part(7, 1, 2)).submit('b');
    desk.submit('c');
    expect(desk.submit('d')).toBe(number);
    desk.receive(number, 'two', part(7, 2, 2)).pass(PARTS_LIFE_MS);
    expect(desk.words).toEqual([]);
    expect(desk.letters.map(({ value }) => value['text'])).toEqual(['two', 'one […]']);
  });

  it('keeps no words once it can no longer come to anything', () => {
    const desk = leased().receive(number, 'one ', part(7, 1, 2)).receive(number, 'two', part(7, 2, 2)).receive(number, 'lost', part(8, 1, 2)).pass(PARTS_LIFE_MS);
    expect(desk.state.partialTexts).toEqual([]);
    expect(desk.due).toBeUndefined();
  });

  it('makes room for the newest when far too many are under way', () => {
    const desk = leased();
    for (let reference = 0; reference <= PARTIAL_TEXTS_KEPT; reference += 1) desk.receive(number, `text ${reference}`, part(reference, 1));
    expect(desk.state.partialTexts).toHaveLength(PARTIAL_TEXTS_KEPT);
    expect(desk.words).toEqual([['a', 'text 0[…]']]);
  });

  it.each([part(7, 1, 1), part(7, 0, 2), part(7, 3, 2)])('is whole when its place is %j', (place) => {
    expect(leased().receive(number, 'All of it', place).words).toEqual([['a', 'All of it']]);
  });
});
