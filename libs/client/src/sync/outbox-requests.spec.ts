import { LocalTables } from '../store/local-tables.js';
import type { NewOperation, PendingOperation } from '../store/stored.js';
import { nextGroup, requestOf } from './outbox-requests.js';

const tables = new LocalTables();
const inOrder = (operations: readonly NewOperation[]): PendingOperation[] => operations.map((one, index) => tables.next(one, index));
const ordersOf = (operations: readonly NewOperation[], limit?: number) => nextGroup(inOrder(operations), limit)?.map(({ order }) => order);
const see = (object: string): NewOperation => ({ type: 'add-flags', object, flags: ['\\Seen'] });
const unsee = (object: string): NewOperation => ({ type: 'remove-flags', object, flags: ['\\Seen'] });
const remove = (object: string): NewOperation => ({ type: 'delete', object });
const move = (object: string, folder: string): NewOperation => ({ type: 'move', object, folder });
const report = (messageId: string): NewOperation => ({ type: 'report', messageId, status: 'displayed' });
const folder: NewOperation = { type: 'create-folder', folder: 'f', name: 'Family', parent: 'main' };
const box = { origin: 'https://h', path: '/nms/v1/base/b' };

it('has nothing to send when nothing waits', () => expect(nextGroup([])).toBeUndefined());

it.each<readonly [string, readonly NewOperation[], readonly number[]]>([
  ['the same of several objects', [see('a'), see('b'), see('c')], [1, 2, 3]],
  ['past what is about other objects', [see('a'), report('m'), see('b'), remove('c'), see('d')], [1, 3, 5]],
  ['not past another change of the same object', [see('a'), unsee('b'), see('b'), see('c')], [1, 4]],
  ['not past a change of a folder', [move('a', 'f-1'), folder, move('b', 'f-1')], [1]],
  ['moves to one folder', [move('a', 'f-1'), move('b', 'f-2'), move('c', 'f-1')], [1, 3]],
  ['a report by itself', [report('m'), report('n')], [1]],
  ['a folder by itself', [folder, see('a')], [1]],
])('sends together: %s', (_, operations, expected) => expect(ordersOf(operations)).toEqual(expected));

it('sends no more at a time than the server takes', () => expect(ordersOf([see('a'), see('b'), see('c')], 2)).toEqual([1, 2]));

it.each<readonly [readonly NewOperation[], object]>([
  [[see('a'), see('b')], { method: 'POST', path: `${box.path}/objects/operations/bulkUpdate`, body: { bulkUpdate: { operation: 'AddFlag', flags: { flag: ['\\Seen'] }, objects: { objectReference: [{ resourceURL: `https://h${box.path}/objects/a` }, { resourceURL: `https://h${box.path}/objects/b` }] } } } }],
  [[unsee('a')], { method: 'POST', path: `${box.path}/objects/operations/bulkUpdate`, body: { bulkUpdate: { operation: 'RemoveFlag' } } }],
  [[remove('a')], { method: 'POST', path: `${box.path}/objects/operations/bulkDelete`, body: { bulkDelete: { objects: { objectReference: [{ resourceURL: `https://h${box.path}/objects/a` }] } } } }],
  [[move('a', 'main/tel:+1')], { method: 'POST', path: `${box.path}/folders/operations/moveToFolder`, body: { targetRef: { resourceURL: `https://h${box.path}/folders/main%2Ftel%3A%2B1` }, sourceRefs: { objects: { objectReference: [{}] } } } }],
  [[folder], { method: 'POST', path: `${box.path}/folders`, body: { folder: { name: 'Family', parentFolder: `https://h${box.path}/folders/main`, clientCorrelator: 'f' } } }],
  [[{ type: 'rename-folder', folder: 'f-1', name: 'New' }], { method: 'PUT', path: `${box.path}/folders/f-1/folderName`, body: { name: 'New' } }],
  [[{ type: 'delete-folder', folder: 'f-1' }], { method: 'DELETE', path: `${box.path}/folders/f-1` }],
  [[report('a|b')], { method: 'POST', path: '/cpm/v1/messages/a%7Cb/dispositions', body: { status: 'displayed' } }],
])('says %j as the interface has it', (operations, expected) => expect(requestOf(nextGroup(inOrder(operations))!, box)).toMatchObject(expected));
