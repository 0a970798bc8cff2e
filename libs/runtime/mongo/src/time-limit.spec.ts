import { TimeLimitError, within } from './time-limit.js';

it('gives what comes in time, failures included', async () => {
  await expect(within(1_000, Promise.resolve('kept'))).resolves.toBe('kept');
  await expect(within(1_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
});

it('does not wait for what never ends', () => expect(within(10, new Promise(() => undefined))).rejects.toThrow(TimeLimitError));
