import { InMemoryStore } from './in-memory-store.js';
import { describeStoreContract } from './store.contract.js';

describeStoreContract('InMemoryStore', async () => {
  const store = new InMemoryStore();
  return {
    store,
    rowsOf: async (table) => store.rows(table),
    journeyOf: async (kind, id) => store.aggregates(kind).find(({ stored }) => stored.id === id)?.journey ?? [],
    close: async () => undefined,
  };
});
