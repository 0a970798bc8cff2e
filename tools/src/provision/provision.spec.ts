import { provision } from './provision.js';

it('asks neither broker nor database for parts that others make', async () => {
  const silent = () => undefined;
  const nowhere = { kafka: { brokers: ['127.0.0.1:1'], security: undefined }, mongo: { uri: 'mongodb://127.0.0.1:1', database: 'cpm' } };
  await expect(provision({ ...nowhere, parts: [], partitions: 6, replicas: 1, passwordOf: silent, log: { debug: silent, info: silent, warn: silent, error: silent } })).resolves.toBeUndefined();
});
