import { HttpCalls } from './http-calls.js';

it('gives up at its signal also while it waits for a token', async () => {
  const calls = new HttpCalls({ url: 'https://cpm.example', token: () => new Promise<string>(() => undefined), fetch, retryForMs: 60_000 });
  await expect(calls.impatient(() => AbortSignal.timeout(5)).json({ method: 'GET', path: '/' })).rejects.toThrow('timeout');
});
