import { countsOfBox } from './box.counts.js';
import type { BoxEvent } from './box.js';

const counted = (event: unknown) => countsOfBox(event as BoxEvent).map(({ metric, labels, by }) => [metric, ...Object.values(labels), by].join(' '));

it('counts what a box takes in and what is changed in it, one by one', () => {
  expect(counted({ type: 'ObjectDeposited' })).toEqual(['cpm_store_objects_total message 1']);
  expect(counted({ type: 'DispositionKept' })).toEqual(['cpm_store_objects_total report 1']);
  expect(counted({ type: 'SessionKept', history: true })).toEqual(['cpm_store_objects_total session 1']);
  expect(counted({ type: 'SessionKept', history: false })).toEqual([]);
  expect(counted({ type: 'ObjectsCreated', objects: [{}, {}, {}] })).toEqual(['cpm_store_objects_total created 3']);
  expect(counted({ type: 'ObjectsUpdated', objects: [{}, {}] })).toEqual(['cpm_store_changes_total 2']);
  expect(counted({ type: 'ObjectChanged' })).toEqual(['cpm_store_changes_total 1']);
  expect(counted({ type: 'SyncHinted' })).toEqual([]);
});
