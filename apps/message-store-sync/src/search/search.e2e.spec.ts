import { messageRow, objectRowId, OBJECTS_TABLE } from '@cpm/domain-message-store-sync';
import { requirement } from '@cpm/runtime-decider';
import { collectionOf } from '@cpm/runtime-mongo';
import { alice, BoxStage, phone, tablet } from '../box-stage.fixture.js';

let stage: BoxStage;
beforeAll(async () => {
  stage = await BoxStage.start();
}, 120_000);
afterAll(() => stage.stop());
beforeEach(() => stage.nextBob());

interface Found {
  readonly object: { readonly resourceURL: string; readonly correlationId: string; readonly lastModSeq: number; readonly parentFolderPath: string }[];
  readonly cursor?: string;
  readonly creationCursor: string;
}
async function search(selectionCriteria: object, device = phone): Promise<Found> {
  const { status, body } = await stage.call<{ objectList: Found }>('POST', '/objects/operations/search', { selectionCriteria }, { device });
  expect(status).toBe(200);
  return body.objectList;
}
const criteria = (...criterion: object[]) => ({ searchCriteria: { criterion } });
const idsOf = ({ object }: Found) => object.map(({ correlationId }) => correlationId);
async function everyPage(selection: object, device = phone): Promise<{ ids: string[]; sizes: number[] }> {
  const [ids, sizes]: [string[], number[]] = [[], []];
  let cursor: string | undefined;
  do {
    const page = await search({ ...selection, ...(cursor !== undefined && { fromCursor: cursor }) }, device);
    ids.push(...idsOf(page));
    sizes.push(page.object.length);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { ids, sizes };
}
const NEWEST_FIRST = { sortCriteria: { criterion: [{ type: 'Date', order: 'Descending' }] } };

requirement('CPM-MLD-016', () => {
  it('gives a new device the whole history, page by page, each object once, both ways', async () => {
    await stage.receive(...Array.from({ length: 5 }, (_, at) => stage.message(`m${at}`)), stage.message('later', { sentAt: 2_000 }));
    await stage.send(stage.sent('mine', { sentAt: 1_500 }));
    await stage.report('mine', 'delivered');
    expect((await everyPage({ maxEntries: 2 })).ids).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'mine', 'later', 'mine']);
    expect(await everyPage({ maxEntries: 3, ...NEWEST_FIRST })).toEqual({ ids: ['mine', 'later', 'mine', 'm4', 'm3', 'm2', 'm1', 'm0'], sizes: [3, 3, 2] });
  });

  it('limits it to dates, folders, attributes, words and flags, all or some of them', async () => {
    await stage.receive(stage.message('a', { sentAt: 1_000, text: 'Lunch at noon?' }), stage.message('b', { sentAt: 2_000, text: 'No lunches (today)' }), stage.message('c', { sentAt: 3_000, from: 'tel:+4915110000009' as typeof alice, text: 'noon' }));
    await stage.call('PUT', '/objects/in-b/flags/%5CFlagged');
    const date = { type: 'Date', value: `minDate=${new Date(2_000).toISOString()}` };
    expect(idsOf(await search({ ...criteria(date), ...NEWEST_FIRST }))).toEqual(['c', 'b']);
    expect(idsOf(await search({ searchScope: { path: `/main/${alice}` } }))).toEqual(['a', 'b']);
    expect(idsOf(await search(criteria({ type: 'Attribute', name: 'From', value: alice.toUpperCase() }, date)))).toEqual(['b']);
    expect(idsOf(await search(criteria({ type: 'AllTextAttributes', value: 'LUNCH' })))).toEqual(['a', 'b']);
    expect(idsOf(await search(criteria({ type: 'WholeWord', value: 'lunch' })))).toEqual(['a']);
    expect(idsOf(await search(criteria({ type: 'AllTextAttributes', value: '(today)' })))).toEqual(['b']);
    expect(idsOf(await search({ searchCriteria: { operator: 'Or', criterion: [{ type: 'Flag', value: '\\Flagged' }, { type: 'WholeWord', value: 'noon' }] } }))).toEqual(['a', 'b', 'c']);
    expect(idsOf(await search({ searchCriteria: { operator: 'Not', criterion: [{ type: 'Flag', value: '\\Flagged' }, { type: 'WholeWord', value: 'lunch' }] } }))).toEqual(['c']);
    expect(idsOf(await search(criteria({ type: 'PresetSearch', name: 'UPOneDotO', value: '' })))).toEqual(['a', 'b', 'c']);
  });

  it('tells by the creationCursor of a search what came since, and what went', async () => {
    await stage.receive(stage.message('m1', { sentAt: 9_000 }), stage.message('m2'));
    const { creationCursor } = await search({});
    await stage.receive(stage.message('m3', { sentAt: 3_000 }), stage.message('m4', { sentAt: 1_000 }));
    await stage.call('PUT', '/objects/in-m2/flags/%5CSeen');
    await stage.call('DELETE', '/objects/in-m1');
    await stage.call('DELETE', '/objects/in-m3');
    expect((await everyPage({ maxEntries: 1, ...criteria({ type: 'CreatedObjects', value: creationCursor }) })).ids).toEqual(['m4']);
    expect((await everyPage({ maxEntries: 1, ...criteria({ type: 'VanishedObjects', value: creationCursor }) })).ids).toEqual(['m1', 'm3']);
    expect(idsOf(await search(criteria({ type: 'VanishedObjects', value: (await search({})).creationCursor })))).toEqual([]);
    const future = await stage.call('POST', '/objects/operations/search', { selectionCriteria: criteria({ type: 'VanishedObjects', value: 'b999' }) });
    expect(future).toMatchObject({ status: 400, body: { requestError: { serviceException: { messageId: 'SVC0003' } } } });
  });

  it('fills a page with what the device wants, and shows it nothing else', async () => {
    await stage.own(1, [{ deviceId: tablet, contentTypes: ['text/*'] }]);
    const picture = { contentType: 'image/png', content: { kind: 'stored' as const, contentId: 'f' } };
    await stage.receive(...Array.from({ length: 12 }, (_, at) => stage.message(`m${String(at).padStart(2, '0')}`, at % 4 === 0 ? {} : picture)));
    expect(await everyPage({ maxEntries: 2 }, tablet)).toEqual({ ids: ['m00', 'm04', 'm08'], sizes: [2, 1] });
    expect((await everyPage({ maxEntries: 5 })).sizes).toEqual([5, 5, 2]);
    await stage.call('DELETE', '/objects/in-m01');
    await stage.call('DELETE', '/objects/in-m04');
    expect(idsOf(await search(criteria({ type: 'VanishedObjects', value: 'b0' }), tablet))).toEqual(['m04']);
  });

  it('shows folders that devices made as part of the folder above', async () => {
    await stage.receive(stage.message('m1'), stage.message('m2'));
    const work = (await stage.call('POST', '/folders', { folder: { name: 'Work' } })).body.folder;
    const below = (await stage.call('POST', '/folders', { folder: { name: 'Below', parentFolder: work.resourceURL } })).body.folder;
    await stage.call('POST', '/folders/operations/moveToFolder', { targetRef: { resourceURL: below.resourceURL }, sourceRefs: { objects: { objectReference: [{ path: '/x/in-m1' }] } } });
    expect([idsOf(await search({ searchScope: { resourceURL: work.resourceURL } })), idsOf(await search({ searchScope: { resourceURL: work.resourceURL }, nonRecursiveScope: true })), idsOf(await search({ searchScope: { path: '/main' } }))]).toEqual([['m1'], [], ['m1', 'm2']]);
    expect((await stage.call('POST', '/objects/operations/search', { selectionCriteria: { searchScope: { path: '/main/a/b' } } })).status).toBe(404);
  });
});

it('looks at 5,000 objects at most in one call, and goes on from there in the next', async () => {
  const rows = Array.from({ length: 5_100 }, (_, at) => messageRow({ user: stage.bob, direction: 'In', party: alice, message: stage.message(`m${at}`, { sentAt: at, text: at === 5_050 ? 'needle' : 'hay' }) }, at + 1));
  await stage.connection.collection(collectionOf('message-store-sync', OBJECTS_TABLE)).insertMany(rows.map((row) => ({ _id: objectRowId(row.u, row.oid) as never, ...row })));
  const needle = criteria({ type: 'WholeWord', value: 'needle' });
  const first = await search(needle);
  expect([first.object, typeof first.cursor]).toEqual([[], 'string']);
  const second = await search({ ...needle, fromCursor: first.cursor });
  expect([idsOf(second), second.cursor]).toEqual([['m5050'], undefined]);
});

it.each([
  [{ searchCriteria: { criterion: [{ type: 'PresetSearch', name: 'Mine' }] } }, 'SVC0003', 'selectionCriteria.searchCriteria.criterion[0].name'],
  [{ searchCriteria: { criterion: [{ type: 'Flag', value: '\\Seen' }, { type: 'Date', value: 'x' }] } }, 'SVC0002', 'selectionCriteria.searchCriteria.criterion[1].value'],
  [{ fromCursor: 'x' }, 'SVC0002', 'selectionCriteria.fromCursor'],
])('refuses %j with %s of %s', async (selectionCriteria, messageId, variable) => {
  const { status, body } = await stage.call('POST', '/objects/operations/search', { selectionCriteria });
  expect([status, body.requestError.serviceException.messageId, body.requestError.serviceException.variables[0]]).toEqual([400, messageId, variable]);
});

describe('attacks', () => {
  it.each(['.*', '(a+)+$', '^', '$ne', '{"$gt":""}', '|', '\\', '[', '(?=x)', 'x*', '%', "'; return true; //"])('a search for %j finds these characters and nothing else', async (value) => {
    await stage.receive(stage.message('plain', { text: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' }), stage.message('odd', { text: `so ${value} it is` }));
    expect(idsOf(await search(criteria({ type: 'AllTextAttributes', value })))).toEqual(['odd']);
  });

  it.each(['$where', '%24ne', '__proto__', 'a.b', '$set.x'])('the flag %s is a name like any other', async (flag) => {
    await stage.receive(stage.message('a'), stage.message('b'));
    expect((await stage.call('PUT', `/objects/in-a/flags/${flag}`)).status).toBeLessThan(300);
    expect(idsOf(await search(criteria({ type: 'Flag', value: decodeURIComponent(flag) })))).toEqual(['a']);
    expect(idsOf(await search(criteria({ type: 'WholeWord', value: 'Hello' })))).toEqual(['a', 'b']);
  });

  it.each(['..%2f..%2fobjects', '%2e%2e', '%00', '$ne', '{"$gt":""}', '__proto__', '%252e%252e%252f', '\uff0e\uff0e', encodeURIComponent('tel:+4915110000001|in-a')])('an object or folder called %s is not there', async (id) => {
    await stage.receive(stage.message('a'));
    for (const kind of ['objects', 'folders']) expect([400, 404]).toContain((await stage.call('GET', `/${kind}/${id}`)).status);
  });

  it.each(['../main', '/main/../../etc', '/main/$where', '/main/__proto__', '/main/\0', '//', '/main/a/b/c', `/main/${'x'.repeat(401)}`])('a folder at %j has nothing in it, if it can be one at all', async (path) => {
    await stage.receive(stage.message('a'));
    const { status, body } = await stage.call<{ objectList?: Found }>('POST', '/objects/operations/search', { selectionCriteria: { searchScope: { path } } });
    if (status === 200) expect(body.objectList?.object).toEqual([]);
    else expect([400, 404]).toContain(status);
  });

  it.each(['..', '%2e%2e', '%00', '__proto__', '$ne', 'tel:+4915110000001%00'])('the box %s is nobody\'s', async (box) => {
    const own = encodeURIComponent(stage.bob);
    const { status } = await stage.call('GET', `/../${box}/folders`.replace('/..', `/../../main/${own}/..`));
    expect([400, 403, 404]).toContain(status);
  });
});
