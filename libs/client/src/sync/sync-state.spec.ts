import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import type { NmsEvent, NmsEventList, NmsObject } from '../nms/nms-wire.js';
import { LocalTables } from '../store/local-tables.js';
import type { SyncPosition } from '../store/stored.js';
import { boxEvent, happen } from '../testing/box-changes.js';
import { HOST, InMemoryNms } from '../testing/in-memory-nms.js';
import { newerOf, receiveList, type ListOutcome } from './sync-state.js';

const position: SyncPosition = { subscription: 's', index: 4, restartToken: 'rt-4', search: 1 };
const url = (id: string) => `${HOST}/nms/v1/base/tel%3A%2B4915110000001/objects/${id}`;
const object = (id: string, lastModSeq: number, flag: readonly string[] = [], folder = 'main%2Fbob'): NmsObject =>
  ({ resourceURL: url(id), parentFolder: `${HOST}/x/folders/${folder}`, parentFolderPath: '/main/bob', lastModSeq, flags: { flag } });
const changed = (...args: Parameters<typeof object>): NmsEvent => ({ changedObject: { resourceURL: url(args[0]), lastModSeq: args[1], object: object(...args) } });
const deleted = (id: string, lastModSeq: number): NmsEvent => ({ deletedObject: { resourceURL: url(id), lastModSeq, correlationId: `m-${id}` } });
const list = (index: number, ...nmsEvent: readonly NmsEvent[]): NmsEventList => ({ index, restartToken: `rt-${index}`, nmsEvent });

/** A device that keeps what it is told of. */
class Receiver {
  readonly tables = new LocalTables();

  constructor(at: SyncPosition) {
    this.tables.position = at;
  }

  receive(one: NmsEventList, replayOf?: string): ListOutcome {
    const outcome = receiveList(this.tables.position!, one, this.tables, replayOf);
    if (outcome.type === 'applied') this.tables.apply({ ...outcome.change, position: outcome.position });
    return outcome;
  }

  get flags(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.tables.objects.values()].map(({ id, flags, folder, attributes }) => [id, `${folder} ${[...flags].sort().join(' ')} ${attributes['TextContent']?.[0] ?? ''}`.trim()]).sort());
  }
}

requirement('CPM-MLD-016', () => {
  it.each([
    [5, 'applied'], [4, 'dropped'], [1, 'dropped'], [6, 'gap'],
  ])('takes the list after the last one only: %i is %s', (index, type) => {
    expect(receiveList(position, list(index), new LocalTables()).type).toBe(type);
  });

  it('asks for a replay from the token that it holds', () => {
    expect(receiveList(position, list(9), new LocalTables())).toEqual({ type: 'gap', restartToken: 'rt-4' });
  });

  it('takes the answer to a replay whatever its number, and drops that of an older one', () => {
    expect(receiveList(position, list(9), new LocalTables(), 'rt-4')).toMatchObject({ type: 'applied', position: { index: 9, restartToken: 'rt-9' } });
    expect(receiveList(position, list(5), new LocalTables(), 'rt-3').type).toBe('dropped');
  });

  it('searches all again when the box was reset, and forgets nothing before', () => {
    const receiver = new Receiver(position);
    receiver.receive(list(5, changed('a', 1)));
    receiver.receive(list(6, { resetBox: {} }, changed('b', 2)));
    expect(receiver.tables.position).toMatchObject({ index: 6, search: 2, searching: { found: 0 } });
    expect([...receiver.tables.objects.keys()]).toEqual(['a']);
  });

  it.each<readonly [string, readonly NmsEvent[], Readonly<Record<string, string>>]>([
    ['a change', [changed('a', 7, ['\\Seen'])], { a: 'main/bob \\Seen' }],
    ['an older change', [changed('a', 3, ['\\Seen'])], { a: 'main/bob' }],
    ['a removal', [deleted('a', 7)], {}],
    ['an older removal', [deleted('a', 3)], { a: 'main/bob' }],
    ['an expiry', [{ expiredObject: { resourceURL: url('a'), lastModSeq: 7 } }], {}],
    ['a removal before a change from before it', [deleted('a', 7), changed('a', 6)], {}],
    ['a folder that goes with what is in it', [{ deletedFolder: { resourceURL: `${HOST}/x/folders/main%2Fbob`, lastModSeq: 7 } }], {}],
    ['what came into a folder after it went', [{ deletedFolder: { resourceURL: `${HOST}/x/folders/main%2Fbob`, lastModSeq: 7 } }, changed('b', 8)], { b: 'main/bob' }],
    ['an event of a kind that it does not know', [{ expiredFolder: {} } as NmsEvent], { a: 'main/bob' }],
  ])('never goes back: %s', (_, events, expected) => {
    const receiver = new Receiver(position);
    receiver.receive(list(5, changed('a', 5)));
    receiver.receive(list(6, ...events));
    expect(receiver.flags).toEqual(expected);
  });

  it('takes what a search finds unless it knows something newer, and counts it as found', () => {
    const row = (lastModSeq: number, search: number) => ({ id: 'a', lastModSeq, search });
    expect(newerOf(undefined, row(3, 2))).toEqual(row(3, 2));
    expect(newerOf(row(2, 1), row(3, 2))).toEqual(row(3, 2));
    expect(newerOf(row(4, 1), row(3, 2))).toEqual(row(4, 2));
  });

  it('tells of what went, also when it was never known here', () => {
    expect(receiveList(position, list(5, deleted('x', 9)), new LocalTables())).toMatchObject({ change: { gone: [{ id: 'x', correlationId: 'm-x' }] } });
  });

  it('has the view of the server after lists in any order, twice or not at all, and a replay', () => {
    const deliveries = fc.array(fc.record({ events: fc.array(boxEvent, { minLength: 1, maxLength: 4 }) }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(deliveries, fc.infiniteStream(fc.nat()), fc.nat({ max: 3 }), (rounds, choices, listLimit) => {
      const nms = new InMemoryNms();
      nms.listLimit = listLimit + 1;
      const receiver = new Receiver({ ...position, index: 0, restartToken: nms.token() });
      const replay = () => {
        for (let next = nms.listAfter(receiver.tables.position!.restartToken); next; next = nms.listAfter(receiver.tables.position!.restartToken)) receiver.receive(next, receiver.tables.position!.restartToken);
      };
      const choose = (below: number) => (choices.next().value as number) % below;
      const sent: NmsEventList[] = [];
      let token = nms.token();
      for (const { events } of rounds) {
        for (const event of events) happen(event, nms);
        for (let next = nms.listAfter(token); next; next = nms.listAfter(token)) {
          sent.push(next);
          token = next.restartToken;
        }
        // Any list that was ever sent arrives, any number of times; a gap is asked for now or later.
        for (let times = choose(4); times > 0 && sent.length > 0; times -= 1) if (receiver.receive(sent[choose(sent.length)]!).type === 'gap' && choose(2) === 0) replay();
      }
      replay();
      expect(receiver.flags).toEqual(Object.fromEntries(Object.entries(nms.truth().objects).map(([id, told]) => [id, told.trim()])));
      expect([...receiver.tables.folders.keys()].sort()).toEqual(Object.keys(nms.truth().folders));
    }), { numRuns: 300 });
  });
});
