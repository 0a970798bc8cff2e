import { problemOf } from './problem.js';

const answer = (status: number, body: string) => new Response(body, { status });

it('tells a problem by the last part of its type', async () => {
  expect(await problemOf(answer(409, '{"type":"urn:problem-type:cpm:accepted-elsewhere","detail":"by the laptop"}'))).toMatchObject({ status: 409, kind: 'accepted-elsewhere', detail: 'by the laptop' });
});

it.each([['<html>404 page not found</html>', '<html>404 page not found</html>'], ['x'.repeat(9_000), 'x'.repeat(200)], ['', ''], ['{"message":"Not Found"}', '{"message":"Not Found"}'], ['null', 'null']])('shows how a body begins that is none of the service\'s: %#', async (body, detail) => {
  expect(await problemOf(answer(404, body))).toMatchObject({ status: 404, kind: 'unknown', detail });
});
