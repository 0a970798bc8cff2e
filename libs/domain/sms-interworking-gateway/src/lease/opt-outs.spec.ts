import fc from 'fast-check';
import type { CpmAddress } from '@cpm/vocabulary';
import { leases } from './leases.aggregate.js';
import { ALICE, DAY_MS, Desk, POOL } from './leases.fixture.js';
import { isOptedOut } from './opt-outs.js';

const ALICE_NUMBER = '4915110000001';
const CAROL = 'tel:+4915110000003' as CpmAddress;
const [first] = POOL;

function known(): Desk {
  const desk = new Desk();
  desk.submit('a');
  desk.submit('b');
  desk.write(ALICE);
  return desk;
}

const fromSession = (sessionId: string) => ({ sessionId, sender: ALICE });
const ofAll = (desk: Desk) => [fromSession('a'), fromSession('b'), { sender: ALICE }, { sender: CAROL }].map((text) => isOptedOut(desk.state.optOuts, text));

describe('a word to stop', () => {
  it('stops the session whose number it was sent to, and nobody else', () => {
    const desk = known().receive(first, 'STOP');
    expect(ofAll(desk)).toEqual([true, false, false, false]);
    expect([desk.words, desk.letters]).toEqual([[], []]);
  });

  it('stops the sender whose number it was sent to, but not the sessions he speaks in', () => {
    const desk = known().receive(ALICE_NUMBER, ' stop\n');
    expect(ofAll(desk)).toEqual([false, false, true, false]);
    expect(desk.offered).toEqual([]);
  });

  it('stops a sender also after his number is forgotten', () => {
    expect(ofAll(new Desk().receive(ALICE_NUMBER, 'Unsubscribe'))).toEqual([false, false, true, false]);
  });

  it('for all stops everybody', () => expect(ofAll(known().receive(first, 'StopAll'))).toEqual([true, true, true, true]));

  it.each(['STOP it', 'Please stop', 'S T O P', 'STOP.'])('is not %j', (text) => {
    const desk = known().receive(first, text);
    expect(desk.words).toEqual([['a', text]]);
    expect(ofAll(desk)).toEqual([false, false, false, false]);
  });

  it('is a part of a longer text like any other', () => {
    expect(known().receive(first, 'STOP', { reference: 1, total: 2, number: 1 }).state.optOuts.scopes).toEqual([]);
  });

  it('is what policy says, and none where it names none', () => {
    const desk = known();
    desk.policy = { ...desk.policy, 'sms.stopWords': ['Arrêt'], 'sms.stopAllWords': [] };
    desk.receive(first, 'STOP').receive(first, 'STOPALL');
    expect(ofAll(desk)).toEqual([false, false, false, false]);
    expect(ofAll(desk.receive(first, 'ARRÊT'))).toEqual([true, false, false, false]);
  });

  it('is kept as long as it counts', () => {
    const desk = known().receive(first, 'STOP').receive(ALICE_NUMBER, 'STOP').receive(first, 'START');
    expect(leases.removableAt?.(desk.state)).toBeUndefined();
    desk.receive(ALICE_NUMBER, 'START');
    expect(leases.removableAt?.(desk.state)).toBe(desk.now + 30 * DAY_MS);
  });
});

describe('a word to a short code of the gateway, which stands for no sender,', () => {
  it('stops everybody, and starts everybody again', () => {
    const desk = known().receive('12345', 'STOP');
    expect(ofAll(desk)).toEqual([true, true, true, true]);
    expect(ofAll(desk.receive('12345', 'START'))).toEqual([false, false, false, false]);
    expect(desk.letters).toEqual([]);
  });

  it('stops its session only where it is leased to one', () => {
    const desk = new Desk();
    desk.policy = { ...desk.policy, 'sms.leasedNumbers': ['12345'] };
    desk.submit('a');
    expect(ofAll(desk.receive('12345', 'STOP'))).toEqual([true, false, false, false]);
  });

  it('is put aside when it is any other', () => {
    const desk = known().receive('12345', 'Hello?');
    expect(desk.letters).toMatchObject([{ value: { to: '12345', text: 'Hello?' } }]);
    expect(ofAll(desk)).toEqual([false, false, false, false]);
  });
});

describe('a word to start', () => {
  it('undoes what was stopped there', () => {
    const desk = known().receive(first, 'STOP').receive(ALICE_NUMBER, 'STOP').receive(first, 'start');
    expect(ofAll(desk)).toEqual([false, false, true, false]);
    expect(desk.words).toEqual([]);
  });

  it('undoes the stop for all', () => expect(ofAll(known().receive(first, 'STOPALL').receive(ALICE_NUMBER, 'START'))).toEqual([false, false, false, false]));

  it('is a text like any other where there is nothing to undo', () => {
    expect(known().receive(ALICE_NUMBER, 'STOP').receive(first, 'START').words).toEqual([['a', 'START']]);
  });
});

it('means by the last word to each number what it said, however often it is said', () => {
  const step = fc.tuple(fc.constantFrom(first, POOL[1], ALICE_NUMBER), fc.constantFrom('STOP', 'START', 'Hello'));
  fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
    const desk = known();
    const stopped = new Map<string, boolean>();
    for (const [number, word] of steps) {
      desk.receive(number, word);
      if (word !== 'Hello') stopped.set(number, word === 'STOP');
    }
    expect(ofAll(desk)).toEqual([...[first, POOL[1], ALICE_NUMBER].map((number) => stopped.get(number) ?? false), false]);
  }));
});
