import { correlationTag, ucnRef } from '@cpm/message-tags';
import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import type { ReceivedSms, StoredObject } from '../store/stored.js';
import { copiesAmong, COPY_WINDOW_MS, receivedSms, ucnIn } from './incoming-sms.js';

const NUMBER = '+4915110000002';
const at = (minute: number) => new Date(Date.UTC(2026, 2, 2) + minute * 60_000).toISOString();
const sms = (id: string, minute: number, text = 'OK'): ReceivedSms => ({ id, correlationTag: correlationTag(NUMBER, text), at: at(minute) });
const object = (id: string, minute: number, text = 'OK', direction = 'In'): StoredObject =>
  ({ id, folder: 'main', folderPath: '/main', correlationTag: correlationTag(NUMBER, text), lastModSeq: 1, flags: [], attributes: { Date: [at(minute)], Direction: [direction] }, payloadParts: [], search: 1 });
const pairs = (all: readonly ReceivedSms[], objects: readonly StoredObject[]) => Object.fromEntries([...copiesAmong(all, objects)].sort());

requirement('CPM-MLD-034', () => {
  it.each([
    [`You got a picture ${ucnRef('m1', 'tel:+49')}`, [ucnRef('m1', 'tel:+49')]],
    ['2 messages #K7F3AB, #ABCDEF.', ['#K7F3AB', '#ABCDEF']],
    ['twice #K7F3AB #K7F3AB', ['#K7F3AB']],
    ['https://op.example/u/0123456789abcdefghij_-', []],
    ['a picture #K7F3AB https://op.example/u/0123456789abcdefghijkl', ['#K7F3AB']],
  ])('knows a notification by its text: %s', (text, refs) => {
    expect(ucnIn('s1', { from: NUMBER, text, at: at(0) })).toEqual({ id: 's1', from: NUMBER, text, at: at(0), refs, state: 'waiting' });
  });

  it.each(['Hello', 'call #123', '#K7F3ABC', '#IIIIII', 'https://op.example/u/short', 'https://op.example/u/0123456789abcdefghijklm'])('leaves other texts alone: %s', (text) => {
    expect(ucnIn('s1', { from: NUMBER, text, at: at(0) })).toBeUndefined();
  });

  it('knows an SMS again that has no id', () => {
    const one = { from: NUMBER, text: 'OK', at: at(0) };
    expect(receivedSms(one)).toEqual(receivedSms({ ...one, from: `tel:${NUMBER}` }));
    expect(receivedSms({ ...one, at: at(1) }).id).not.toBe(receivedSms(one).id);
  });
});

describe('a copy as SMS', () => {
  it.each<readonly [string, readonly ReceivedSms[], readonly StoredObject[], object]>([
    ['of the same words in time', [sms('s', 0)], [object('o', 5)], { s: 'o' }],
    ['before it as well', [sms('s', 5)], [object('o', 0)], { s: 'o' }],
    ['not later', [sms('s', 0)], [object('o', 5.1)], {}],
    ['not earlier', [sms('s', 5.1)], [object('o', 0)], {}],
    ['not of other words', [sms('s', 0)], [object('o', 0, 'No')], {}],
    ['of words that were laid out otherwise', [sms('s', 0, ' O  K\n')], [object('o', 0, 'O K')], { s: 'o' }],
    ['not of what the user sent', [sms('s', 0)], [object('o', 0, 'OK', 'Out')], {}],
    ['of one each, when the same is said twice', [sms('s', 0), sms('t', 1)], [object('o', 0), object('p', 1)], { s: 'o', t: 'p' }],
    ['of one only', [sms('s', 0), sms('t', 1)], [object('o', 0)], { s: 'o' }],
    ['so that as many as possible are', [sms('s', 0), sms('t', 6)], [object('o', 3), object('p', -3)], { s: 'p', t: 'o' }],
    ['also when that is gone', [{ ...sms('s', 0), copyOf: 'gone' }], [], { s: 'gone' }],
    ['also when that is gone, and of no other then', [{ ...sms('s', 0), copyOf: 'gone' }, sms('t', 1)], [object('p', 1)], { s: 'gone', t: 'p' }],
  ])('is %s', (_, all, objects, expected) => expect(pairs(all, objects)).toEqual(expected));

  it('is the same whatever came first, one to one, and none is left that could be one', () => {
    const minute = fc.integer({ min: 0, max: 40 });
    fc.assert(fc.property(fc.array(minute, { maxLength: 8 }), fc.array(minute, { maxLength: 8 }), fc.nat(), (smsAt, objectsAt, turn) => {
      const all = smsAt.map((when, place) => sms(`s${place}`, when));
      const objects = objectsAt.map((when, place) => object(`o${place}`, when));
      const turned = <T>(items: readonly T[]) => [...items.slice(turn % (items.length + 1)), ...items.slice(0, turn % (items.length + 1))].reverse();
      const found = pairs(all, objects);
      expect(pairs(turned(all), turned(objects))).toEqual(found);
      expect(new Set(Object.values(found)).size).toBe(Object.keys(found).length);
      const isOpen = ({ id }: ReceivedSms) => !(id in found);
      const isFree = ({ id }: StoredObject) => !Object.values(found).includes(id);
      for (const one of all.filter(isOpen)) for (const other of objects.filter(isFree)) expect(Math.abs(Date.parse(one.at) - Date.parse(other.attributes['Date']![0]!))).toBeGreaterThan(COPY_WINDOW_MS);
    }));
  });
});
