import { requirement } from '@cpm/runtime-decider';
import { alice, BoxStage, phone, tablet } from '../box-stage.fixture.js';

let stage: BoxStage;
beforeAll(async () => {
  stage = await BoxStage.start();
}, 120_000);
afterAll(() => stage.stop());
beforeEach(() => stage.nextBob());

const make = (name: string, more: object = {}, device = phone) => stage.call('POST', '/folders', { folder: { name, ...more } }, { device });
const made = async (name: string, more: object = {}): Promise<string> => (await make(name, more)).body.folder.resourceURL as string;
const pathOf = (url: string) => new URL(url).pathname.replace(/^.*?(?=\/folders)/, '');
const paths = async (query = '') => ((await stage.call('GET', `/folders${query}`)).body.folderList.folder as { path: string }[]).map(({ path }) => path);
const operation = (which: 'moveToFolder' | 'copyToFolder', targetRef: object, sourceRefs: object) => stage.call('POST', `/folders/operations/${which}`, { targetRef, sourceRefs });
const objects = (...ids: string[]) => ({ objects: { objectReference: ids.map((id) => ({ path: `/main/x/${id}` })) } });
const folders = (...urls: string[]) => ({ folders: { folderReference: urls.map((resourceURL) => ({ resourceURL })) } });
const inFolder = async (path: string, recursive = true) =>
  ((await stage.call('POST', '/objects/operations/search', { selectionCriteria: { searchScope: { path }, nonRecursiveScope: !recursive } })).body.objectList?.object ?? []) as { correlationId: string; parentFolderPath: string; flags: { flag: string[] }; resourceURL: string }[];

requirement('CPM-MLD-016', () => {
  it('shows the folders that a device made to all others, with the conversations that something is in', async () => {
    await stage.receive(stage.message('m1'));
    const work = await make('Work');
    expect(work).toMatchObject({ status: 201, body: { folder: { name: 'Work', path: '/main/Work', parentFolderPath: '/main', lastModSeq: 2 } } });
    expect(work.headers.get('location')).toBe(work.body.folder.resourceURL);
    await make('2026', { parentFolder: work.body.folder.resourceURL }, tablet);
    expect(await paths()).toEqual(['/main', '/main/Work', '/main/Work/2026', `/main/${alice}`]);
    expect(await paths('?path=/main/Work')).toEqual(['/main/Work', '/main/Work/2026']);
    const shown = (await stage.call('GET', pathOf(work.body.folder.resourceURL), undefined, { device: tablet })).body.folder;
    expect(shown).toMatchObject({ name: 'Work', subFolders: { folderReference: [{ path: '/main/Work/2026' }] } });
    expect((await stage.call('GET', `/folders/${encodeURIComponent(`main/${alice}`)}`)).body.folder).toMatchObject({ name: alice, path: `/main/${alice}`, parentFolderPath: '/main' });
    expect((await stage.call('GET', '/folders/main')).body.folder.subFolders.folderReference.map(({ path }: { path: string }) => path)).toEqual([`/main/${alice}`, '/main/Work']);
  });

  it('lists them page by page, each once', async () => {
    for (const name of ['d', 'a', 'c', 'b']) await make(name);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { folderList }: { folderList: { folder: { path: string }[]; cursor?: string } } = (await stage.call('GET', `/folders?maxEntries=2${cursor === undefined ? '' : `&fromCursor=${cursor}`}`)).body;
      expect(folderList.folder.length).toBeLessThanOrEqual(2);
      seen.push(...folderList.folder.map(({ path }) => path));
      cursor = folderList.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(['/main', '/main/a', '/main/b', '/main/c', '/main/d']);
    const found = await stage.call('POST', '/folders/operations/search', { selectionCriteria: { searchCriteria: { criterion: [{ type: 'Attribute', name: 'Name', value: 'A' }] }, searchScope: { path: '/main' } } });
    expect(found.body.folderList.folder.map(({ path }: { path: string }) => path)).toEqual(['/main', '/main/a']);
    expect((await stage.call('GET', '/folders/operations/pathToId?path=/main/c')).body.reference).toMatchObject({ path: '/main/c', resourceURL: expect.stringContaining('/folders/f-') });
  });

  it('makes a folder once, however often its device says so', async () => {
    const twice = await Promise.all([make('Work', { clientCorrelator: 'f1' }), make('Work', { clientCorrelator: 'f1' })]);
    expect(twice[0]!.body).toEqual(twice[1]!.body);
    expect((await make('Home', { clientCorrelator: 'f1' })).status).toBe(409);
    await stage.call('PUT', `${pathOf(twice[0]!.body.folder.resourceURL)}/folderName`, { name: 'Job' });
    expect((await make('Work', { clientCorrelator: 'f1' })).body.folder).toMatchObject({ name: 'Job' });
    await stage.call('DELETE', pathOf(twice[0]!.body.folder.resourceURL));
    expect((await make('Work', { clientCorrelator: 'f1' })).status).toBe(410);
    expect((await make('Work', { clientCorrelator: 'f2' })).status).toBe(201);
  });

  it('takes what is in a folder, and in those below it, along with it', async () => {
    await stage.receive(stage.message('m1'), stage.message('m2'));
    const work = await made('Work');
    const below = await made('Below', { parentFolder: work });
    expect(await operation('moveToFolder', { resourceURL: below }, objects('in-m1', 'in-none'))).toMatchObject({ status: 206, body: { bulkResponseList: { response: [{ code: 200 }, { code: 404 }] } } });
    expect((await inFolder('/main/Work')).map(({ correlationId, parentFolderPath }) => [correlationId, parentFolderPath])).toEqual([['m1', '/main/Work/Below']]);
    expect(await inFolder('/main/Work', false)).toEqual([]);
    expect((await stage.call('DELETE', pathOf(work))).status).toBe(204);
    expect((await stage.call('GET', '/objects/in-m1')).status).toBe(404);
    expect((await inFolder('/main')).map(({ correlationId }) => correlationId)).toEqual(['m2']);
    expect(await paths()).toEqual(['/main', `/main/${alice}`]);
    expect((await stage.call('DELETE', pathOf(work))).status).toBe(404);
  });

  it('empties a conversation of what is in it, and of nothing that comes after', async () => {
    await stage.receive(stage.message('m1'));
    const conversation = `/folders/${encodeURIComponent(`main/${alice}`)}`;
    expect((await stage.call('DELETE', conversation)).status).toBe(204);
    expect([(await stage.call('GET', '/objects/in-m1')).status, (await stage.call('GET', conversation)).status, await paths()]).toEqual([404, 404, ['/main']]);
    await stage.receive(stage.message('m2'));
    expect([(await inFolder(`/main/${alice}`)).map(({ correlationId }) => correlationId), (await stage.call('GET', conversation)).status]).toEqual([['m2'], 200]);
  });

  it('moves folders, and copies objects and folders with what is in them', async () => {
    await stage.receive(stage.message('m1'));
    await stage.call('PUT', '/objects/in-m1/flags/%5CFlagged');
    const [work, home] = [await made('Work'), await made('Home')];
    const inner = await made('Inner', { parentFolder: work });
    expect(await operation('copyToFolder', { resourceURL: inner }, objects('in-m1'))).toMatchObject({ status: 200, body: { bulkResponseList: { response: [{ code: 201 }] } } });
    expect(await operation('moveToFolder', { resourceURL: home }, folders(inner))).toMatchObject({ status: 200 });
    expect(await operation('copyToFolder', { path: '/main/Work' }, folders(inner))).toMatchObject({ status: 200, body: { bulkResponseList: { response: [{ code: 201 }] } } });
    expect(await paths()).toEqual(['/main', '/main/Home', '/main/Home/Inner', '/main/Work', '/main/Work/Inner', `/main/${alice}`]);
    const copies = [...(await inFolder('/main/Home/Inner')), ...(await inFolder('/main/Work/Inner')), ...(await inFolder(`/main/${alice}`))];
    expect(copies.map(({ correlationId, flags }) => [correlationId, flags.flag])).toEqual(Array(3).fill(['m1', ['\\Flagged']]));
    expect(new Set(copies.map(({ resourceURL }) => resourceURL)).size).toBe(3);
  });
});

it.each([
  [{ name: '' }, 400, 'SVC0002', 'folder.name'], [{ name: 'a/b' }, 400, 'SVC0002', 'folder.name'], [{ name: 'x'.repeat(65) }, 400, 'SVC0002', 'folder.name'], [{ name: 'tel:+49' }, 400, 'SVC0002', 'folder.name'],
  [{ name: 'a', parentFolderPath: '/main/none/none' }, 404, 'SVC0004', 'folder.parentFolderPath'],
])('refuses the folder %j with %i %s', async (folder, status, messageId, variable) => {
  expect(await stage.call('POST', '/folders', { folder })).toMatchObject({ status, body: { requestError: { serviceException: { messageId, variables: [variable] } } } });
});

it('refuses what folders cannot be: named alike, in themselves, in a conversation, or other than by what is in them', async () => {
  await stage.receive(stage.message('m1'));
  const [work, home] = [await made('Work'), await made('Home')];
  const inner = await made('Inner', { parentFolder: work });
  expect((await make('Work')).status).toBe(409);
  expect((await stage.call('PUT', `${pathOf(home)}/folderName`, { name: 'Work' })).body.requestError.policyException).toMatchObject({ messageId: 'POL0001' });
  expect((await operation('moveToFolder', { resourceURL: inner }, folders(work))).body.bulkResponseList.response).toMatchObject([{ code: 409 }]);
  expect((await make('x', { parentFolderPath: `/main/${alice}` })).status).toBe(404);
  const conversation = `/folders/${encodeURIComponent(`main/${alice}`)}`;
  expect((await stage.call('PUT', `${conversation}/folderName`, { name: 'Alice' })).status).toBe(403);
  expect((await stage.call('DELETE', '/folders/main')).status).toBe(403);
  expect((await operation('copyToFolder', { resourceURL: 'http://x/nms/v1/main/tel%3A%2B4915110000001/folders/main' }, objects('in-m1'))).status).toBe(404);
});
