import { HttpCalls } from './http-calls.js';

it('gives up at its signal also while it waits for a token', async () => {
  const calls = new HttpCalls({ url: 'https://cpm.example', token: () => new Promise<string>(() => undefined), fetch, retryForMs: 60_000 });
  await expect(calls.impatient(() => AbortSignal.timeout(5)).json({ method: 'GET', path: '/' })).rejects.toThrow('timeout');
});

it('comes back to a server that is behind no sooner than asked, and not together with others that were told the same', async () => {
  const attempts: { call: string; at: number }[] = [];
  const began = performance.now();
  const behind: typeof fetch = async (_, init) => {
    const call = init?.body as string;
    const isFirst = !attempts.some((attempt) => attempt.call === call);
    attempts.push({ call, at: performance.now() - began });
    return isFirst ? new Response('{}', { status: 503, headers: { 'retry-after': '1' } }) : new Response('{}');
  };
  const calls = new HttpCalls({ url: 'https://cpm.example', token: 't', fetch: behind, retryForMs: 60_000 });
  await Promise.all(Array.from({ length: 20 }, (_, at) => calls.json({ method: 'POST', path: '/', body: at })));
  const again = attempts.slice(20).map(({ at }) => at);
  expect(attempts).toHaveLength(40);
  expect(Math.min(...again)).toBeGreaterThanOrEqual(999);
  expect(Math.max(...again) - Math.min(...again)).toBeGreaterThan(100);
});
