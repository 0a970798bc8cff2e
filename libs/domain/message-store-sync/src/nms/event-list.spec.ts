import { DEFAULT_POLICY, DEFAULT_PROFILE, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import type { NewObject, ObjectUpdate } from '@cpm/contracts-message-store-sync';
import { fold, requirement, type RowWrite } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { boxAggregate, limitsOf } from '../box/box.aggregate.js';
import { box } from '../box/box.decider.js';
import type { Box, BoxCommand } from '../box/box.js';
import { FOLDERS_TABLE, type FolderRow } from '../box/folder-row.js';
import { OBJECTS_TABLE, type ObjectRow } from '../box/object-row.js';
import { LIST_SPAN } from '../box/subscriptions.js';
import { eventList, type Changes, type NmsEventList } from './event-list.js';
import { readRestartToken, restartToken, type RestartToken } from './restart-token.js';

const bob = 'tel:+4915120000002' as CpmAddress;
const [phone, tablet] = ['urn:uuid:00000000-0000-4000-8000-000000000001', 'urn:uuid:00000000-0000-4000-8000-000000000002'] as [DeviceId, DeviceId];
const NOW = Date.UTC(2026, 0, 5);
const timed = { now: NOW, limits: limitsOf(DEFAULT_POLICY) };
const called = { user: bob, commandId: 'c', at: NOW };

/** A box and its rows, written in the order of the log. */
class Store {
  state: Box = box.initial;
  readonly rows = new Map<string, Record<string, unknown>>();

  decide(command: BoxCommand): void {
    const events = box.decide(command, this.state);
    this.state = fold({ initial: this.state, evolve: box.evolve }, events);
    const context = { now: NOW, policy: DEFAULT_POLICY, id: bob, view: undefined, open: [] };
    for (const event of events) for (const reaction of boxAggregate.react(event, this.state, context)) if (reaction.kind === 'row') this.write(reaction);
  }

  private write({ table, id, insert, set = {}, add = {}, remove = {}, number }: RowWrite): void {
    const at = `${table}|${id}`;
    if (insert && !this.rows.has(at)) this.rows.set(at, insert);
    const row = this.rows.get(at);
    if (!row) return;
    const without = Object.entries(remove).map(([field, gone]) => [field, (row[field] as unknown[]).filter((one) => !gone.includes(one))]);
    const next = { ...row, ...set, ...Object.fromEntries(without) as object, ...(number && { [number.field]: number.value }) } as Record<string, unknown>;
    for (const [field, values] of Object.entries(add)) next[field] = [...new Set([...(next[field] as unknown[]), ...values])];
    this.rows.set(at, next);
  }

  of<Row extends { readonly modSeq: number }>(table: string): Row[] {
    return [...this.rows].filter(([at]) => at.startsWith(`${table}|`)).map(([, row]) => row as unknown as Row);
  }

  changes(after: number): Changes {
    const since = <Row extends { readonly modSeq: number }>(table: string) => this.of<Row>(table).filter(({ modSeq }) => modSeq > after).sort((a, b) => a.modSeq - b.modSeq).slice(0, LIST_SPAN);
    return { objects: since<ObjectRow>(OBJECTS_TABLE), folders: since<FolderRow>(FOLDERS_TABLE) };
  }

  list(place: RestartToken): NmsEventList | undefined {
    return eventList(place, this.changes(place.position), this.state, { user: bob, device: tablet, subscriptionUrl: 's', baseUrl: '', now: NOW });
  }
}

/** What a device has: of each object its flags and folder, of each folder its path. */
class View {
  constructor(
    readonly known = new Map<string, string>(),
    public token = restartToken({ position: 0, index: 1, rules: 0 }),
    public index = 0,
  ) {}

  copy(): View {
    return new View(new Map(this.known), this.token, this.index);
  }

  follow(store: Store): void {
    for (let list = store.list(readRestartToken(this.token)!); list; list = list.more ? store.list(readRestartToken(this.token)!) : undefined) {
      expect(list.index).toBe(this.index + 1);
      expect(list.nmsEvent.length).toBeLessThanOrEqual(LIST_SPAN);
      [this.index, this.token] = [list.index, list.restartToken];
      const numbers = list.nmsEvent.map((event) => Object.values(event)[0] as { lastModSeq: number }).map(({ lastModSeq }) => lastModSeq);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      for (const event of list.nmsEvent) this.apply(event);
    }
    expect(readRestartToken(this.token)?.position).toBe(store.state.modSeq);
  }

  private apply(event: NmsEventList['nmsEvent'][number]): void {
    if ('changedObject' in event) this.known.set(event.changedObject.resourceURL, `${event.changedObject.object.parentFolder} ${[...event.changedObject.flags.flag].sort().join(' ')}`);
    if ('changedFolder' in event) this.known.set(event.changedFolder.resourceURL, `${event.changedFolder.parentFolder} ${event.changedFolder.name}`);
    if ('deletedObject' in event) this.known.delete(event.deletedObject.resourceURL);
    if ('deletedFolder' in event) this.known.delete(event.deletedFolder.resourceURL);
  }
}

const created = (objectId: string): NewObject => ({ objectId, folder: '/main/x', context: 'pager-message', direction: 'In', from: 'x', to: [], date: NOW, attributes: [], flags: [], parts: [] });
const updating = (objects: ObjectUpdate[], device = phone): BoxCommand => ({ type: 'Update', request: { ...called, device, objects }, ...timed });
const creating = (from: number, count: number): BoxCommand => ({ type: 'Create', request: { ...called, device: phone, objects: Array.from({ length: count }, (_, at) => created(`o${from + at}`)) }, ...timed });

const id = fc.integer({ min: 0, max: 7 }).map((at) => `o${at}`);
const flags = fc.uniqueArray(fc.constantFrom('\\Seen', '\\Flagged', '$a'), { minLength: 1 });
const objectUpdate: fc.Arbitrary<ObjectUpdate> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ objectId: id, addFlags: flags }) }, { weight: 3, arbitrary: fc.record({ objectId: id, removeFlags: flags }) },
  { weight: 1, arbitrary: fc.record({ objectId: id, remove: fc.constant('deleted' as const) }) }, { weight: 1, arbitrary: fc.record({ objectId: id, folder: fc.constantFrom('/main', 'f-1', 'f-2') }) },
);
const command: fc.Arbitrary<BoxCommand> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.array(objectUpdate, { minLength: 1, maxLength: 3 }), fc.constantFrom(phone, tablet)).map(([objects, device]) => updating(objects, device)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('f-1', 'f-2'), fc.constantFrom('a', 'b')).map(([folder, name]): BoxCommand => ({ type: 'ChangeFolder', request: { ...called, device: phone, folder, change: { kind: 'create', name, parent: '/main' } }, ...timed })) },
  { weight: 1, arbitrary: fc.constantFrom('f-1', 'f-2').map((folder): BoxCommand => ({ type: 'ChangeFolder', request: { ...called, device: phone, folder, change: { kind: 'remove' } }, ...timed })) },
  { weight: 1, arbitrary: fc.constantFrom(100, 450, 500).map((count): BoxCommand => creating(100, count)) },
);

requirement('CPM-MLD-016', () => {
  it('gives the same final view from every token that lives, in lists that are numbered without a gap', () => {
    fc.assert(fc.property(fc.array(fc.tuple(command, fc.boolean()), { maxLength: 25 }), (steps) => {
      const store = new Store();
      store.decide(creating(0, 8));
      const [device, others]: [View, View[]] = [new View(), [new View()]];
      for (const [one, follows] of steps) {
        store.decide(one);
        if (!follows) continue;
        device.follow(store);
        others.push(device.copy());
      }
      device.follow(store);
      for (const other of others) {
        other.follow(store);
        expect([...other.known].sort()).toEqual([...device.known].sort());
      }
    }), { numRuns: 60 });
  });
});

requirement('CPM-MLD-017', () => {
  it('lets flags be what the order of the log says, whichever devices set and removed them, and a removal be final', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.array(objectUpdate, { minLength: 1, maxLength: 3 }), fc.constantFrom(phone, tablet)), { maxLength: 40 }), (steps) => {
      const store = new Store();
      store.decide(creating(0, 8));
      const expected = new Map(Array.from({ length: 8 }, (_, at) => [`o${at}`, new Set<string>()]));
      for (const [objects, device] of steps) {
        store.decide(updating(objects, device));
        for (const { objectId, addFlags = [], removeFlags = [], remove } of objects) {
          for (const flag of addFlags) expected.get(objectId)?.add(flag);
          for (const flag of removeFlags) expected.get(objectId)?.delete(flag);
          if (remove) expected.delete(objectId);
        }
      }
      const there = store.of<ObjectRow>(OBJECTS_TABLE).filter(({ deleted }) => !deleted).map(({ oid, flags: has }) => [oid, [...has].sort()] as const);
      expect(there.sort()).toEqual([...expected].map(([oid, has]) => [oid, [...has].sort()]).sort());
    }));
  });
});

it.each([
  ['that is ahead of the box', { position: 99, index: 3, rules: 0 }], ['from before what is forgotten', { position: 1, index: 3, rules: 0 }], ['of other rules', { position: 5, index: 3, rules: 1 }],
])('begins anew at the head for a token %s', (_, place) => {
  const store = new Store();
  store.decide(creating(0, 8));
  store.state = { ...store.state, sweep: { ...store.state.sweep, floor: 4 } };
  expect(store.list(place)).toMatchObject({ index: 3, restartToken: 'r1.8.4.0', nmsEvent: [{ resetBox: {} }] });
  expect(store.list({ position: 4, index: 3, rules: 0 })?.nmsEvent).toHaveLength(4);
});

it('lets no device go on from a token of a box that was erased since, though the new one has come further', () => {
  const owned = (at: number): Store => {
    const store = new Store();
    const capabilities = { services: ['standalone' as const], contentTypes: ['*/*'], maxBytes: 1 };
    const device = { id: tablet, name: 'Tablet', role: 'primary' as const, registered: true, capabilities, autoAnswer: { session: false, fileTransfer: false } };
    store.decide({ type: 'LearnOwner', snapshot: { user: bob, version: 1, removed: false, devices: [device], profile: DEFAULT_PROFILE, at }, ...timed, now: at });
    store.decide(creating(0, 8));
    return store;
  };
  const [before, since] = [owned(NOW), owned(NOW + 240_000)];
  const token = before.list({ position: 0, index: 1, rules: 9 })?.restartToken ?? '';
  before.decide(creating(8, 1));
  expect(before.list(readRestartToken(token)!)?.nmsEvent).toHaveLength(1);
  since.decide(creating(8, 9));
  expect(since.list(readRestartToken(token)!)?.nmsEvent).toEqual([{ resetBox: {} }]);
});

it.each(['', 'r1.1.0.0', 'r1.1.1', 'r2.1.1.1', 'r1.-1.1.1', 'r1.9999999999999999.1.1'])('reads no token from %j', (text) => expect(readRestartToken(text)).toBeUndefined());
