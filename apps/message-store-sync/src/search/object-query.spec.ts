import { ProblemError } from '@cpm/http';
import { notOneOf, requestErrorOf } from '../nms-error.js';
import { mongoFilter } from './mongo-filter.js';
import { cursorAt, filterOf, objectSearch } from './object-query.js';

const search = (selectionCriteria: unknown) => objectSearch.safeParse({ selectionCriteria });
const queryOf = (criteria: unknown) => search(criteria).data?.selectionCriteria;
const criteria = (...criterion: unknown[]) => ({ searchCriteria: { criterion } });

describe('a search of the message store', () => {
  it('without criteria asks for everything, oldest first, a page at a time', () => {
    expect(queryOf({})).toEqual({ limit: 100, order: 'date', direction: 1, recursive: true });
    expect(filterOf(undefined)).toEqual({ of: 'all', filters: [] });
  });

  it('reads dates with offsets, either end alone too', () => {
    const query = queryOf(criteria({ type: 'Date', value: 'minDate=2026-01-01T00:00:00Z' }, { type: 'Date', value: 'minDate=2025-01-01T00:00:00Z&maxDate=2026-02-01T00:00:00+01:00' }));
    expect(filterOf(query?.criteria)).toEqual({ of: 'all', filters: [{ of: 'date', from: Date.UTC(2026, 0, 1) }, { of: 'date', from: Date.UTC(2025, 0, 1), to: Date.UTC(2026, 0, 31, 23) }] });
  });

  it('goes on where its cursor stands, each order by its own', () => {
    expect(queryOf({ fromCursor: cursorAt('date', { date: 17, oid: 'imdn-a|b|c' }) })).toMatchObject({ after: { date: 17, oid: 'imdn-a|b|c' } });
    const created = criteria({ type: 'CreatedObjects', value: 'b7' });
    expect(queryOf({ ...created, fromCursor: cursorAt('created', { number: 9 }) })).toMatchObject({ order: 'created', after: { number: 9 } });
    expect(queryOf({ ...created, sortCriteria: { criterion: [{ type: 'Date', order: 'Descending' }] } })).toMatchObject({ order: 'date', direction: -1 });
    expect(search({ ...created, fromCursor: cursorAt('date', { date: 17, oid: 'x' }) }).success).toBe(false);
  });

  it('knows one preset', () => {
    expect(filterOf(queryOf(criteria({ type: 'PresetSearch', name: 'UPOneDotO', value: '' }))?.criteria)).toEqual({ of: 'all', filters: [{ of: 'all', filters: [] }] });
    expect(() => filterOf(queryOf(criteria({ type: 'PresetSearch', name: 'Mine' }))?.criteria)).toThrow('must be UPOneDotO');
  });

  it.each([
    [{ fromCursor: 'nonsense' }, 'selectionCriteria.fromCursor'],
    [{ maxEntries: 0 }, 'selectionCriteria.maxEntries'],
    [{ searchScope: {} }, 'selectionCriteria.searchScope.resourceURL'],
    [criteria({ type: 'Date', value: 'minDate=yesterday' }), 'selectionCriteria.searchCriteria.criterion.0.value'],
    [criteria({ type: 'Date', value: '' }), 'selectionCriteria.searchCriteria.criterion.0.value'],
    [criteria({ type: 'Size', value: 'x' }), 'selectionCriteria.searchCriteria.criterion.0.type'],
    [criteria({ type: 'Attribute', value: 'x' }), 'selectionCriteria.searchCriteria.criterion.0.name'],
    [criteria({ type: 'Attribute', name: 'X-CPM-Delivered', value: '1 of 1' }), 'selectionCriteria.searchCriteria.criterion.0.name'],
    [criteria({ type: 'Flag', value: '\\Seen' }, { type: 'WholeWord', value: 'x'.repeat(257) }), 'selectionCriteria.searchCriteria.criterion.1.value'],
    [criteria({ type: 'CreatedObjects', value: '7' }), 'selectionCriteria.searchCriteria.criterion.0.value'],
    [{ searchCriteria: { operator: 'Or', criterion: [{ type: 'VanishedObjects', value: 'b7' }] } }, 'selectionCriteria.searchCriteria.operator'],
    [{ sortCriteria: { criterion: [{ type: 'Attribute', name: 'From', order: 'Ascending' }] } }, 'selectionCriteria.sortCriteria.criterion.0.type'],
  ])('%j names %s', (selection, path) => expect(search(selection).error?.issues.map((issue) => issue.path.join('.'))).toContain(path));
});

describe('operators of the database in a search', () => {
  it.each([
    [{ maxEntries: { $gt: 0 } }, 'selectionCriteria.maxEntries'], [{ fromCursor: { $ne: null } }, 'selectionCriteria.fromCursor'], [{ searchScope: { path: { $regex: '.*' } } }, 'selectionCriteria.searchScope.path'],
    [criteria({ type: { $ne: 'x' }, value: 'x' }), 'selectionCriteria.searchCriteria.criterion.0.type'], [criteria({ type: 'Attribute', name: { $gt: '' }, value: 'x' }), 'selectionCriteria.searchCriteria.criterion.0.name'],
    [criteria({ type: 'WholeWord', value: { $regex: '.*' } }), 'selectionCriteria.searchCriteria.criterion.0.value'], [criteria({ type: 'Flag', value: { $exists: true } }), 'selectionCriteria.searchCriteria.criterion.0.value'],
    [criteria({ type: 'AllTextAttributes', value: ['a'] }), 'selectionCriteria.searchCriteria.criterion.0.value'], [{ searchCriteria: { operator: '$where', criterion: [{ type: 'Flag', value: 'x' }] } }, 'selectionCriteria.searchCriteria.operator'],
    [criteria({ type: 'CreatedObjects', value: { $gt: 0 } }), 'selectionCriteria.searchCriteria.criterion.0.value'],
  ])('are values that do not fit: %j', (selection, path) => expect(search(selection).error?.issues.map((issue) => issue.path.join('.'))).toContain(path));

  it.each(['$where', 'from.$ne', '__proto__', 'constructor', 'attributes.value', 'a\0b'])('as the name of an attribute are looked for as a name: %j', (name) => {
    const found = mongoFilter(filterOf(queryOf(criteria({ type: 'Attribute', name, value: 'x' }))?.criteria), {});
    expect(found).toEqual({ $and: [{ attributes: { $elemMatch: { name, value: { $regex: expect.any(String), $options: 'i' } } } }] });
  });
});

describe('errors of the message store', () => {
  it.each([
    [new ProblemError(403, 'foreign-box', 'no'), { policyException: { messageId: 'POL0001', text: 'no' } }],
    [new ProblemError(403, 'quota-exceeded', 'full'), { policyException: { messageId: 'POL1009', text: 'full' } }],
    [new ProblemError(409, 'name-taken', 'taken'), { policyException: { messageId: 'POL0001', text: 'taken' } }],
    [new ProblemError(404, 'unknown-object', 'none'), { serviceException: { messageId: 'SVC0004', text: 'none' } }],
    [new ProblemError(400, 'invalid-request', 'x', { errors: [{ path: 'a.b', message: 'must be c' }] }), { serviceException: { messageId: 'SVC0002', text: 'Invalid input value for %1: must be c', variables: ['a.b'] } }],
    [notOneOf('a', ['b', 'c']), { serviceException: { messageId: 'SVC0003', text: 'Invalid input value for %1, valid values are %2', variables: ['a', 'b, c'] } }],
    [new ProblemError(413, 'payload-too-large', 'big'), { serviceException: { messageId: 'SVC0001', text: 'big' } }],
    [new ProblemError(503, 'temporarily-unavailable', 'later'), { serviceException: { messageId: 'SVC0001', text: 'later' } }],
  ])('%s', (problem, expected) => expect(requestErrorOf(problem)).toEqual({ requestError: expected }));
});
