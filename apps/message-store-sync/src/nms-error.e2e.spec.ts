import { BoxStage } from './box-stage.fixture.js';

let stage: BoxStage;
beforeAll(async () => {
  stage = await BoxStage.start();
}, 120_000);
afterAll(() => stage.stop());

const json = { 'content-type': 'application/json' };

it.each([
  ['a body that is no JSON', 'POST', '/objects/operations/search', '{', json, 400, 'SVC0001'],
  ['a body of another kind', 'POST', '/objects/operations/search', 'x', { 'content-type': 'text/plain' }, 415, 'SVC0001'],
  ['a body of another kind where objects come', 'POST', '/objects', 'x', { 'content-type': 'text/plain' }, 415, 'SVC0001'],
  ['a body that is too large', 'POST', '/folders', `"${'x'.repeat(3 * 2 ** 20)}"`, json, 413, 'SVC0001'],
  ['a body that is too large where objects come', 'POST', '/objects', `"${'x'.repeat(2 ** 18)}"`, json, 413, 'SVC0001'],
  ['a resource that is none', 'GET', '/elsewhere', undefined, {}, 404, 'SVC0004'],
  ['a caller that is not known', 'GET', '/folders', undefined, { authorization: 'Bearer x' }, 401, 'POL0001'],
])('says in the words of NMS what is wrong with %s', async (_, method, path, content, headers, status, messageId) => {
  const answer = await stage.call(method, path, content, { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, expect.stringContaining('application/json')]);
  const { serviceException, policyException } = answer.body.requestError;
  expect((serviceException ?? policyException).messageId).toBe(messageId);
});

it('leaves problems of other routes as they are', async () => {
  expect((await fetch(`${stage.host.url}/elsewhere`)).headers.get('content-type')).toContain('application/problem+json');
});
