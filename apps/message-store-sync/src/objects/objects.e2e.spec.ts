import { requirement } from '@cpm/runtime-decider';
import { alice, BoxStage, phone, tablet } from '../box-stage.fixture.js';

let stage: BoxStage;
beforeAll(async () => {
  stage = await BoxStage.start();
}, 120_000);
afterAll(() => stage.stop());
beforeEach(() => stage.nextBob());

const attribute = (values: Record<string, string | string[]>) => ({ attribute: Object.entries(values).map(([name, value]) => ({ name, value: [value].flat() })) });
const sms = (text: string, more: Record<string, string | string[]> = {}) => attribute({ Date: '2026-01-01T00:00:00Z', Direction: 'In', From: alice, 'Message-Context': 'pager-message', TextContent: text, ...more });
const create = (object: Record<string, unknown>, device = phone) => stage.call('POST', '/objects', { object }, { device });
const pathOf = (object: { resourceURL: string }) => new URL(object.resourceURL).pathname.replace(/^.*?(?=\/objects)/, '');
const bulk = (object: unknown[]) => stage.call('POST', '/objects/operations/bulkCreation', { objectList: { object } });

/** `root-fields`, then attachments: name, text or bytes, type. */
function form(root: object, ...attachments: readonly (readonly [name: string, content: string | Buffer<ArrayBuffer>, type: string])[]): FormData {
  const data = new FormData();
  data.append('root-fields', new Blob([JSON.stringify(root)], { type: 'application/json' }));
  for (const [name, content, type] of attachments) data.append(name, new Blob([content], { type }), 'file.bin');
  return data;
}

requirement('CPM-MLD-016', () => {
  it('keeps drafts, so that another device goes on with them', async () => {
    const draft = { attributes: attribute({ Date: '2026-01-01T00:00:00Z', Direction: 'Out', To: [alice], TextContent: 'Dear Alice', Subject: 'Hi', 'Content-Type': 'text/plain' }), flags: { flag: ['\\Draft', '\\Seen'] } };
    const made = await create(draft);
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(made.body.object.resourceURL);
    const seen = (await stage.call('GET', pathOf(made.body.object), undefined, { device: tablet })).body.object;
    expect(seen).toEqual(made.body.object);
    expect(seen).toMatchObject({ parentFolderPath: `/main/${alice}`, flags: { flag: ['\\Draft', '\\Seen'] }, lastModSeq: 1, payloadPart: [{ contentType: 'text/plain', size: 10 }] });
    expect(seen.attributes.attribute).toEqual(expect.arrayContaining([{ name: 'Subject', value: ['Hi'] }, { name: 'TextContent', value: ['Dear Alice'] }, { name: 'participating-device', value: [phone] }]));
    expect((await stage.call('GET', `${pathOf(seen)}/payload`)).body).toBe('Dear Alice');
  });

  it('makes an object once, however often its device says so, and nothing else under the same correlator', async () => {
    const object = { attributes: sms('Hello'), clientCorrelator: 'sms-1' };
    const answers = await Promise.all([create(object), create(object), create({ attributes: sms('Hello', { ClientCorrelator: 'sms-1' }), clientCorrelator: 'sms-2' })]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect((await create(object)).body).toEqual(answers[0]!.body);
    expect(answers[1]!.body.object.resourceURL).toBe(answers[0]!.body.object.resourceURL);
    expect(await create({ ...object, attributes: sms('Other') })).toMatchObject({ status: 409, body: { requestError: { policyException: { variables: ['clientCorrelator'] } } } });
    expect((await create(object, tablet)).body.object.resourceURL).not.toBe(answers[0]!.body.object.resourceURL);
    await stage.call('DELETE', pathOf(answers[0]!.body.object));
    expect((await create(object)).status).toBe(410);
    const found = await stage.call('POST', '/objects/operations/search', { selectionCriteria: {} });
    expect(found.body.objectList.object).toHaveLength(2);
  });

  it('tags what may also come as SMS, as the store tags what it delivers', async () => {
    await stage.receive(stage.message('m1', { text: 'See  you' }));
    const copy = await create({ attributes: sms('See you') });
    expect(copy.body.object.correlationTag).toMatch(/^[0-9a-f]{16}$/);
    expect((await stage.call('GET', '/objects/in-m1')).body.object.correlationTag).toBe(copy.body.object.correlationTag);
  });

  it('brings along in one request what a device had before, and says of each what became of it', async () => {
    const answer = await bulk([{ attributes: sms('one'), clientCorrelator: 'b1' }, { attributes: attribute({ Direction: 'Sideways' }) }, { attributes: sms('two'), parentFolderPath: '/main/a/b' }, { attributes: sms('three') }]);
    expect(answer).toMatchObject({
      status: 206,
      body: { bulkResponseList: { response: [
        { code: 201, reason: 'Created', success: { resourceURL: expect.stringContaining('/objects/d-') } },
        { code: 400, failure: { requestError: { serviceException: { messageId: 'SVC0002', variables: ['objectList.object[1].attributes.attribute[0].value'] } } } },
        { code: 404, failure: { requestError: { serviceException: { messageId: 'SVC0004', variables: ['objectList.object[2].parentFolderPath'] } } } },
        { code: 201 },
      ] } },
    });
    const again = await bulk([{ attributes: sms('one'), clientCorrelator: 'b1' }]);
    expect(again).toMatchObject({ status: 200, body: { bulkResponseList: { response: [answer.body.bulkResponseList.response[0]] } } });
    const many = await bulk(Array.from({ length: 500 }, (_, at) => ({ attributes: sms(`${at} ${'x'.repeat(600)}`) })));
    expect([many.status, new Set(many.body.bulkResponseList.response.map((one: { success: { resourceURL: string } }) => one.success.resourceURL)).size]).toEqual([200, 500]);
  });
});

describe('attachments', () => {
  it('are the parts of the object, each by itself and all together', async () => {
    const picture = Buffer.alloc(300_000, 7);
    const made = await stage.call('POST', '/objects', form({ object: { attributes: attribute({ To: [alice], 'Message-Context': 'multimedia-message' }) } }, ['attachments', 'Look', 'text/plain'], ['attachments', picture, 'image/png']));
    const { object } = made.body;
    expect(object).toMatchObject({ payloadURL: `${object.resourceURL}/payload`, payloadPart: [{ contentType: 'text/plain', size: 4, href: `${object.resourceURL}/payloadParts/1` }, { contentType: 'image/png', size: 300_000 }] });
    expect((await stage.call('GET', `${pathOf(object)}/payloadParts/1`)).body).toBe('Look');
    const range = await stage.call('GET', `${pathOf(object)}/payloadParts/2`, undefined, { headers: { range: 'bytes=0-9' } });
    expect([range.status, range.headers.get('content-range')]).toEqual([206, 'bytes 0-9/300000']);
    const whole = await stage.call<string>('GET', `${pathOf(object)}/payload`);
    expect(whole.headers.get('content-type')).toMatch(/^multipart\/related; boundary="part-[\w-]+"; type="text\/plain"$/);
    const boundary = /boundary="([^"]+)"/.exec(whole.headers.get('content-type') ?? '')?.[1] ?? '';
    expect(whole.body.split(`--${boundary}`).map((part) => part.length)).toEqual([0, expect.any(Number), expect.any(Number), 4]);
    expect(whole.body).toContain('\r\n\r\nLook\r\n');
    expect(whole.body).toContain(`\r\n\r\n${picture.toString()}\r\n`);
    expect(Number(whole.headers.get('content-length'))).toBe(Buffer.byteLength(whole.body));
    expect((await stage.call('GET', `${pathOf(object)}/payloadParts/3`)).status).toBe(404);
  });

  it('stay while an object names them, and go when none came about', async () => {
    const files = stage.connection.collection('content.files');
    const refused = await stage.call('POST', '/objects', form({ object: { parentFolderPath: '/main/a/b', attributes: sms('x') } }, ['attachments', Buffer.alloc(9_000), 'image/png']));
    expect(refused.status).toBe(404);
    const before = await files.countDocuments();
    const object = { attributes: sms('picture'), clientCorrelator: 'p' };
    await stage.call('POST', '/objects', form({ object }, ['attachments', Buffer.alloc(9_000), 'image/png']));
    await stage.call('POST', '/objects', form({ object }, ['attachments', Buffer.alloc(9_000), 'image/png']));
    expect(await files.countDocuments()).toBe(before + 1);
  });

  it('of many objects are named after them', async () => {
    const root = { objectList: { object: [{ attributes: sms('one') }, { attributes: sms('two') }] } };
    const made = await stage.call('POST', '/objects/operations/bulkCreation', form(root, ['object-1', Buffer.from([1]), 'image/png'], ['object-1', Buffer.from([2]), 'image/gif']));
    const [one, two] = await Promise.all(made.body.bulkResponseList.response.map(async ({ success }: { success: { resourceURL: string } }) => (await stage.call('GET', pathOf(success))).body.object.payloadPart.map(({ contentType }: { contentType: string }) => contentType)));
    expect([one, two]).toEqual([['text/plain;charset=utf-8'], ['text/plain;charset=utf-8', 'image/png', 'image/gif']]);
    expect(await stage.call('POST', '/objects/operations/bulkCreation', form(root, ['object-2', 'x', 'text/plain']))).toMatchObject({ status: 400, body: { requestError: { serviceException: { variables: ['attachments[0]'] } } } });
  });
});

it('takes no object that is too large for one entry of the log, or counts for nothing in the box', async () => {
  const many = (count: number) => attribute(Object.fromEntries(Array.from({ length: count }, (_, at) => [`X-${at}`, 'x'.repeat(8_000)])));
  const large = await bulk([{ attributes: { attribute: [...many(4).attribute, ...attribute({ Subject: 'it fits' }).attribute] } }, { attributes: { attribute: [{ name: 'X', value: Array.from({ length: 64 }, () => 'y'.repeat(8_192)) }, { name: 'Y', value: Array.from({ length: 64 }, () => 'y'.repeat(8_192)) }] } }]);
  expect(large).toMatchObject({ status: 206, body: { bulkResponseList: { response: [{ code: 201 }, { code: 400, failure: { requestError: { serviceException: { variables: ['objectList.object[1].attributes'] } } } }] } } });
  expect(await create({ attributes: many(5) })).toMatchObject({ status: 400, body: { requestError: { serviceException: { variables: ['object.attributes'] } } } });
  const texts = Array.from({ length: 17 }, () => ['object-0', 'z'.repeat(8_000), 'text/plain'] as const);
  expect((await stage.call('POST', '/objects/operations/bulkCreation', form({ objectList: { object: [{}] } }, ...texts))).body.bulkResponseList.response).toMatchObject([{ code: 400 }]);
});

it('removes many objects, by DELETE or POST', async () => {
  await stage.receive(stage.message('m1'), stage.message('m2'), stage.message('m3'));
  const named = (...ids: string[]) => ({ bulkDelete: { objects: { objectReference: ids.map((id) => ({ path: `/main/${alice}/${id}` })) } } });
  expect(await stage.call('DELETE', '/objects/operations/bulkDelete', named('in-m1', 'in-none'))).toMatchObject({ status: 206, body: { bulkResponseList: { response: [{ code: 204, reason: 'No Content' }, { code: 404 }] } } });
  expect((await stage.call('POST', '/objects/operations/bulkDelete', { bulkDelete: { selectionCriteria: {} } })).body.bulkResponseList.response).toHaveLength(2);
  expect((await stage.call('POST', '/objects/operations/search', { selectionCriteria: {} })).body.objectList.object).toEqual([]);
});

it('finds an object by its path', async () => {
  await stage.receive(stage.message('m1'));
  const { object } = (await stage.call('GET', '/objects/in-m1')).body;
  expect((await stage.call('GET', `/objects/operations/pathToId?path=${encodeURIComponent(object.path)}`)).body).toEqual({ reference: { resourceURL: object.resourceURL, path: object.path } });
  expect((await stage.call('GET', '/objects/operations/pathToId?path=/main/elsewhere/in-m1')).status).toBe(404);
});

it.each([
  [{ attributes: { attribute: [{ name: 'a b', value: ['x'] }] } }, 'object.attributes.attribute[0].name'],
  [{ attributes: attribute({ Date: 'yesterday' }) }, 'object.attributes.attribute[0].value'],
  [{ attributes: attribute({ TextContent: 'ü'.repeat(4_097) }) }, 'object.attributes.attribute[0].value'],
  [{ attributes: attribute({ Direction: 'In' }) }, 'object.attributes'],
  [{ attributes: { attribute: [{ name: 'Subject', value: ['x'] }, { name: 'Subject', value: ['y'] }] } }, 'object.attributes.attribute[1].name'],
  [{ flags: { flag: ['\\Recent'] } }, 'object.flags.flag[0]'],
])('refuses the object %j and names %s', async (object, variable) => {
  expect(await create(object)).toMatchObject({ status: 400, body: { requestError: { serviceException: { messageId: 'SVC0002', variables: [variable] } } } });
});

it('takes nothing of what the store says itself', async () => {
  const made = await create({ attributes: attribute({ To: [alice], 'X-CPM-Displayed': '9 of 9', 'X-UCN-Ref': '#AAAAAA', DispositionStatus: 'displayed' }) });
  const names = made.body.object.attributes.attribute.map(({ name }: { name: string }) => name);
  expect(names.filter((name: string) => name.startsWith('X-UCN') || name.startsWith('Disposition'))).toEqual([]);
  expect(made.body.object.attributes.attribute).toContainEqual({ name: 'X-CPM-Displayed', value: ['0 of 1'] });
});

it('is for devices that are the user\'s: one that he removed, or never had, gets nothing', async () => {
  const device = 'urn:uuid:00000000-0000-4000-8000-000000000099' as typeof tablet;
  const refused = await stage.call('GET', '/folders', undefined, { device, isRegistered: false });
  expect([refused.status, refused.body.requestError.policyException.messageId]).toEqual([403, 'POL0001']);
  await stage.registered(stage.bob, device);
  expect((await stage.call('GET', '/folders', undefined, { device })).status).toBe(200);
});
