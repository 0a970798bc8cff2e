import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import type { ObjectRow } from './object-row.js';
import { scopeOf, viewBegins, type SyncRule } from './sync-scope.js';

const [alice, bob] = ['tel:+4915110000001', 'tel:+4915120000002'] as [CpmAddress, CpmAddress];
const watch = 'urn:uuid:00000000-0000-4000-8000-000000000003' as DeviceId;
const NOW = Date.UTC(2026, 0, 31);
const DAY_MS = 86_400_000;

const row: ObjectRow = {
  u: bob, oid: 'in-m1', modSeq: 1, born: 1, context: 'standalone-message', dir: 'In', folder: `/main/${alice}`, from: alice, to: [bob], date: NOW - 3 * DAY_MS,
  contentType: 'image/png', size: 5_000, messageId: 'm1', requested: [], flags: [], dispositions: [], deleted: false,
};
const rule = (change: Partial<SyncRule>): SyncRule => ({ deviceId: watch, ...change });

requirement('CPM-MLD-016', () => {
  it.each<[string, readonly SyncRule[], boolean]>([
    ['no rule', [], true],
    ['a rule of another device', [rule({ deviceId: 'urn:uuid:00000000-0000-4000-8000-000000000009' as DeviceId, maxBytes: 1 })], true],
    ['its folder', [rule({ folders: [`/main/${alice}`] })], true],
    ['the folder above', [rule({ folders: ['/main/'] })], true],
    ['a folder whose name only begins so', [rule({ folders: ['/main/tel:+491511000000'] })], false],
    ['a younger age', [rule({ maxAgeDays: 2 })], false],
    ['its age', [rule({ maxAgeDays: 3 })], true],
    ['its type', [rule({ contentTypes: ['image/*'] })], true],
    ['another type', [rule({ contentTypes: ['text/plain'] })], false],
    ['its size', [rule({ maxBytes: 5_000 })], true],
    ['a smaller size', [rule({ maxBytes: 4_999 })], false],
    ['one rule that fits and one that does not', [rule({ maxBytes: 1 }), rule({ folders: ['/main'] })], true],
    ['a rule of which one part does not fit', [rule({ folders: ['/main'], maxBytes: 1 })], false],
  ])('with %s', (_, rules, expected) => expect(scopeOf(row, { device: watch, rules, folders: {} }, NOW)).toBe(expected ? 'in' : 'out'));

  it('goes by one age, the longest of several rules: the only limit of time that its device is told', () => {
    const rules = [rule({ contentTypes: ['image/*'], maxAgeDays: 2 }), rule({ contentTypes: ['text/*'], maxAgeDays: 5 })];
    expect(scopeOf(row, { device: watch, rules, folders: {} }, NOW)).toBe('in');
    expect(scopeOf(row, { device: watch, rules, folders: {} }, NOW + 3 * DAY_MS)).toBe('out');
    expect(viewBegins(watch, rules, NOW)).toBe(NOW - 5 * DAY_MS);
  });

  it('does not hide a report for its type: it tells of a message that may be wanted', () => {
    expect(scopeOf({ ...row, context: 'imdn-message', contentType: 'message/imdn+xml' }, { device: watch, rules: [rule({ contentTypes: ['text/plain'] })], folders: {} }, NOW)).toBe('in');
  });

  it('has what it made itself, whatever its rules say but for the age', () => {
    const rules = [rule({ folders: ['/main/Trips'], contentTypes: ['text/plain'], maxBytes: 1, maxAgeDays: 5 })];
    expect(scopeOf({ ...row, device: watch }, { device: watch, rules, folders: {} }, NOW)).toBe('in');
    expect(scopeOf({ ...row, device: watch, date: NOW - 6 * DAY_MS }, { device: watch, rules, folders: {} }, NOW)).toBe('out');
  });

  it('goes by the names of the folders that devices made', () => {
    const folders = { 'f-1': { name: 'Trips', parent: '/main', modSeq: 2 }, 'f-2': { name: 'Rome', parent: 'f-1', modSeq: 3 } };
    const view = { device: watch, rules: [rule({ folders: ['/main/Trips'] })], folders };
    expect(scopeOf({ ...row, folder: 'f-2' }, view, NOW)).toBe('in');
    expect(scopeOf({ ...row, modSeq: 9 }, view, NOW)).toBe('left');
    expect(scopeOf({ ...row, modSeq: 9, size: 1 }, { ...view, rules: [rule({ folders: ['/main/Trips'], contentTypes: ['text/plain'] })] }, NOW)).toBe('out');
  });
});
