import * as fake from 'fake-indexeddb';
import { InMemoryStore } from './in-memory-store.js';
import { IndexedDbUnavailableError, openIndexedDbStore } from './indexeddb-store.js';
import { localStoreContract } from './local-store.contract.js';

const NAME = 'cpm';

describe('in memory', () => localStoreContract(async () => new InMemoryStore(), async (store) => store));

describe('in IndexedDB', () => {
  beforeEach(() => Object.assign(globalThis, fake, { indexedDB: new fake.IDBFactory() }));
  afterEach(() => Object.assign(globalThis, { indexedDB: undefined }));

  localStoreContract(() => openIndexedDbStore(NAME), async (store) => {
    await store.close();
    return openIndexedDbStore(NAME);
  });

  it('is refused to a second tab: each would overwrite what the other keeps', async () => {
    const store = await openIndexedDbStore('tabs');
    await expect(openIndexedDbStore('tabs')).rejects.toThrow(IndexedDbUnavailableError);
    await store.close();
    await (await openIndexedDbStore('tabs')).close();
  });
});

it('says clearly that there is no IndexedDB', async () => {
  Object.assign(globalThis, { indexedDB: undefined });
  await expect(openIndexedDbStore(NAME)).rejects.toThrow(IndexedDbUnavailableError);
  await expect(openIndexedDbStore(NAME)).rejects.toThrow('InMemoryStore');
});

it('says clearly that it may not be used', async () => {
  const indexedDB = { open: () => { throw new Error('the user denied it'); } };
  Object.assign(globalThis, { indexedDB });
  await expect(openIndexedDbStore(NAME)).rejects.toThrow('the user denied it');
  Object.assign(globalThis, { indexedDB: undefined });
});
