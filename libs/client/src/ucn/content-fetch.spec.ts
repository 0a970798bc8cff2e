import { HttpCalls } from '../calls/http-calls.js';
import { NmsCalls } from '../nms/nms-calls.js';
import { InMemoryStore } from '../store/in-memory-store.js';
import type { StoredObject } from '../store/stored.js';
import { ContentFetch, ContentMismatchError } from './content-fetch.js';

const bytes = Uint8Array.from({ length: 10 }, (_, place) => place);
const object = (size: number | undefined): StoredObject => ({
  id: 'o1', folder: 'main', folderPath: '/main', lastModSeq: 1, flags: [], attributes: {}, search: 1,
  ...(size === undefined ? { payloadUrl: 'https://cpm.example/p', payloadParts: [] } : { payloadParts: [{ contentType: 'image/png', size, href: '/p' }] }),
});
let store: InMemoryStore;
const ranges: (string | null)[] = [];
beforeEach(() => {
  store = new InMemoryStore();
  ranges.length = 0;
});

function fetchOf(answer: (first: number, last: number) => Response): ContentFetch {
  const fetch = async (_: unknown, init: RequestInit = {}) => {
    const range = new Headers(init.headers).get('range');
    ranges.push(range);
    const [, first = '0', last = '9'] = /bytes=(\d+)-(\d+)/.exec(range ?? '') ?? [];
    return answer(Number(first), Number(last));
  };
  return new ContentFetch(new NmsCalls(new HttpCalls({ url: 'https://cpm.example', token: 't', fetch: fetch as typeof globalThis.fetch, retryForMs: 0 }), '/nms'), store, 4);
}

const slice = (first: number, last: number) => new Response(bytes.slice(first, last + 1), { status: 206, headers: { 'content-range': `bytes ${first}-${last}/10` } });
const kept = async (part = 1) => (await store.content('o1', part)).flatMap((piece) => [...piece.bytes]);

it('comes slice by slice, and not again once it is here', async () => {
  const content = fetchOf(slice);
  await content.obtain(object(10));
  await content.obtain(object(10));
  expect(ranges).toEqual(['bytes=0-3', 'bytes=4-7', 'bytes=8-9']);
  expect(await kept()).toEqual([...bytes]);
});

it('goes on after a break where it was, also when a slice came in part', async () => {
  let calls = 0;
  await expect(fetchOf((first, last) => {
    calls += 1;
    return calls === 1 ? new Response(bytes.slice(0, 2), { status: 206, headers: { 'content-range': `bytes ${first}-${last}/10` } }) : new Response(null, { status: 500 });
  }).obtain(object(10))).rejects.toThrow('500');
  await fetchOf(slice).obtain(object(10));
  expect(ranges).toEqual(['bytes=0-3', 'bytes=2-5', 'bytes=2-5', 'bytes=6-9']);
  expect(await kept()).toEqual([...bytes]);
});

it('takes all of it from a server that knows no ranges', async () => {
  await fetchOf(() => new Response(bytes)).obtain(object(10));
  expect(await kept()).toEqual([...bytes]);
});

it.each<readonly [string, () => Response]>([
  ['less than all', () => new Response(bytes.slice(1))],
  ['another range', () => new Response(bytes.slice(1, 5), { status: 206, headers: { 'content-range': 'bytes 1-4/10' } })],
  ['of another size', () => new Response(bytes.slice(0, 4), { status: 206, headers: { 'content-range': 'bytes 0-3/12' } })],
  ['more than was asked for', () => new Response(bytes, { status: 206, headers: { 'content-range': 'bytes 0-3/10' } })],
  ['nothing', () => new Response(null, { status: 206, headers: { 'content-range': 'bytes 0-3/10' } })],
])('builds on nothing that does not fit: %s', async (_, answer) => {
  await expect(fetchOf(answer).obtain(object(10))).rejects.toThrow(ContentMismatchError);
  expect([await kept(), ranges.length]).toEqual([[], 1]);
  await fetchOf(slice).obtain(object(10));
  expect(await kept()).toEqual([...bytes]);
});

it('takes content whose size only the answer tells', async () => {
  await expect(fetchOf(() => new Response(bytes, { headers: { 'content-length': '12' } })).obtain(object(undefined))).rejects.toThrow(ContentMismatchError);
  await fetchOf(() => new Response(bytes, { headers: { 'content-length': '10' } })).obtain(object(undefined));
  expect(await kept(0)).toEqual([...bytes]);
});

it('asks for nothing where there is none', async () => {
  await fetchOf(slice).obtain(object(0));
  expect(ranges).toEqual([]);
});
