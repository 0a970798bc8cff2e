import { ProblemError } from '@cpm/http';
import { requestErrorOf } from './nms-error.js';
import { cursorAt, objectSearch } from './object-search.js';

const search = (selectionCriteria: unknown) => objectSearch.safeParse({ selectionCriteria });

describe('a search of the message store', () => {
  it('without criteria asks for everything, oldest first, a page at a time', () => {
    expect(search({}).data).toEqual({ limit: 100, after: undefined, order: 'Ascending', from: undefined, to: undefined });
  });

  it('takes the part that all dates have in common', () => {
    const criterion = [
      { type: 'Date', value: 'minDate=2026-01-01T00:00:00Z' },
      { type: 'Date', value: 'minDate=2025-01-01T00:00:00Z&maxDate=2026-02-01T00:00:00+01:00' },
    ];
    expect(search({ searchCriteria: { operator: 'And', criterion } }).data).toMatchObject({ from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 31, 23) });
  });

  it('goes on where its cursor stands', () => {
    expect(search({ fromCursor: cursorAt({ date: 17, oid: 'imdn-a|b|c' }) }).data).toMatchObject({ after: { date: 17, oid: 'imdn-a|b|c' } });
    expect(search({ fromCursor: cursorAt({ date: 17, oid: 'in-a' }), sortCriteria: { criterion: [{ type: 'Date', order: 'Descending' }] } }).data).toMatchObject({ after: { date: 17, oid: 'in-a' }, order: 'Descending' });
  });

  it.each([
    [{ fromCursor: 'nonsense' }, 'selectionCriteria.fromCursor'],
    [{ maxEntries: 0 }, 'selectionCriteria.maxEntries'],
    [{ searchCriteria: { criterion: [{ type: 'Date', value: 'minDate=yesterday' }] } }, 'selectionCriteria.searchCriteria.criterion.0.value'],
    [{ searchCriteria: { criterion: [{ type: 'WholeWord', value: 'x' }] } }, 'selectionCriteria.searchCriteria.criterion.0.type'],
  ])('%j names %s', (criteria, path) => expect(search(criteria).error?.issues.map((issue) => issue.path.join('.'))).toContain(path));
});

describe('errors of the message store', () => {
  it.each([
    [new ProblemError(403, 'foreign-box', 'no'), { policyException: { messageId: 'POL0001', text: 'no' } }],
    [new ProblemError(404, 'unknown-object', 'none'), { serviceException: { messageId: 'SVC0004', text: 'none' } }],
    [new ProblemError(400, 'invalid-request', 'x', { errors: [{ path: 'a.b', message: 'must be c' }] }), { serviceException: { messageId: 'SVC0002', text: 'Invalid input value for %1: must be c', variables: ['a.b'] } }],
    [new ProblemError(503, 'temporarily-unavailable', 'later'), { serviceException: { messageId: 'SVC0001', text: 'later' } }],
  ])('%s', (problem, expected) => expect(requestErrorOf(problem)).toEqual({ requestError: expected }));
});
