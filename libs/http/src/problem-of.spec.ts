import { problemOf } from './problem-filter.js';

const named = (name: string, more: object = {}) => Object.assign(new Error('secret words of somebody'), { name }, more);

it.each([
  'MongoServerSelectionError', 'MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoPoolClearedError', 'MongoWaitQueueTimeoutError', 'TimeLimitError', 'KafkaJSNumberOfRetriesExceeded',
])('%s is an outage: the client is told to come again', (name) => {
  const problem = problemOf(named(name));
  expect([problem.status, problem.slug, problem.headers['retry-after']]).toEqual([503, 'temporarily-unavailable', '1']);
  expect(JSON.stringify(problem.toProblem())).not.toContain('secret');
});

it('a server that has ceased to be primary is an outage', () => {
  const stepped = named('MongoServerError', { hasErrorLabel: (label: string) => label === 'RetryableWriteError' });
  expect(problemOf(stepped).status).toBe(503);
});

it('what the database refuses for another reason is a failure', () => {
  const refused = named('MongoServerError', { hasErrorLabel: () => false });
  expect(problemOf(refused).status).toBe(500);
  expect(problemOf('no error at all').status).toBe(500);
  expect(problemOf(new TypeError('x is not a function')).status).toBe(500);
});

it('a client that hung up is no failure of the service', () => {
  expect(problemOf(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })).status).toBe(400);
  expect(problemOf(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })).status).toBe(500);
});
