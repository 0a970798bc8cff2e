import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Controller, Inject, Module, Post, Req, Res, UseFilters } from '@nestjs/common';
import { BodyAs, CallingDevice, RequireScope, type DevicePrincipal } from '@cpm/http';
import { ContentStore, type StoredFile } from '@cpm/runtime-content';
import { CLOCK, MONGO } from '@cpm/runtime-host';
import type { Clock } from '@cpm/runtime-ports';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Connection } from 'mongoose';
import { MultipartUpload, type Upload } from './multipart-upload.js';
import { NMS_CONFIG } from './nms-config.js';
import { NmsErrorFilter } from './nms-error.js';
import { bob, StoreStage } from './store-stage.fixture.js';

const LIMIT = 21 * 2 ** 20;

@Controller('/nms/v1/main/uploads')
@RequireScope('device')
@UseFilters(NmsErrorFilter)
class UploadsController {
  /** Of requests that got no answer. */
  static failed = 0;

  constructor(@Inject(MultipartUpload) private readonly uploads: MultipartUpload) {}

  @Post()
  @BodyAs({ as: 'stream' })
  take(@CallingDevice() { user }: DevicePrincipal, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<Upload> {
    return this.uploads.take(request, reply, user).catch((error: unknown) => {
      UploadsController.failed += 1;
      throw error;
    });
  }

  @Post('other')
  other(): void {}
}

@Module({
  controllers: [UploadsController],
  providers: [
    MultipartUpload,
    { provide: NMS_CONFIG, useValue: { NMS_MAX_PAYLOAD_BYTES: LIMIT } },
    { provide: ContentStore, inject: [MONGO, CLOCK], useFactory: (connection: Connection, clock: Clock) => new ContentStore(connection, clock, { fileMs: 60_000, unusedMs: 60_000 }) },
  ],
})
class UploadsModule {}

let stage: StoreStage;
let contents: ContentStore;

beforeAll(async () => {
  stage = await StoreStage.start('nms-upload', [UploadsModule]);
  contents = stage.host.app.get(ContentStore, { strict: false });
  await contents.ensureIndexes();
}, 120_000);
afterAll(() => stage.stop());
beforeEach(async () => {
  for (const name of ['content.files', 'content.chunks']) await stage.connection.collection(name).deleteMany({});
});

const root = { object: { parentFolder: 'x', attributes: { attribute: [] } } };
const blob = (content: string | Buffer<ArrayBuffer>, type: string) => new Blob([content], { type });
const rootFields = (content = JSON.stringify(root), type = 'application/json'): [string, Blob] => ['root-fields', blob(content, type)];
const attached = (content: string | Buffer<ArrayBuffer>, type: string, name?: string): [string, Blob, string?] => ['attachments', blob(content, type), ...(name === undefined ? [] as const : [name] as const)];

function post(body: FormData | string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}, path = ''): Promise<Response> {
  return fetch(`${stage.host.url}/nms/v1/main/uploads${path}`, { method: 'POST', body, headers: { authorization: stage.authorization, ...headers } });
}

function form(...parts: readonly [string, Blob, string?][]): Promise<Response> {
  const data = new FormData();
  for (const [name, content, fileName] of parts) data.append(name, content, fileName ?? 'blob');
  return post(data);
}

/** A form as it is on the wire. */
const raw = (...parts: readonly string[]) => post(`${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`, { 'content-type': 'multipart/form-data; boundary=b' });
const RAW_ROOT = `Content-Disposition: form-data; name="root-fields"\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(root)}`;

async function refusal(response: Response): Promise<[status: number, field: string | undefined]> {
  const { requestError: { serviceException: { variables } } } = (await response.json()) as { requestError: { serviceException: { variables?: string[] } } };
  return [response.status, variables?.[0]];
}

async function taken(response: Response): Promise<Upload> {
  expect(response.status).toBe(201);
  return (await response.json()) as Upload;
}

const content = async (id = '') => Buffer.concat(await contents.read((await contents.find(id)) as StoredFile).toArray() as Buffer[]);

it('takes root fields and attachments in their order, short text into the object, the rest beside it', async () => {
  const picture = randomBytes(300_000);
  const long = 'ü'.repeat(4097);
  const upload = await taken(await form(rootFields(), attached(picture, 'image/png', 'Café "1".png'), attached('ü'.repeat(4096), 'text/plain;charset=utf-8'), attached(long, 'text/plain')));
  expect(upload).toEqual({
    root,
    parts: [
      { contentType: 'image/png', size: 300_000, contentId: expect.any(String), fileName: 'Café %221%22.png' },
      { contentType: 'text/plain;charset=utf-8', size: 8192, text: 'ü'.repeat(4096), fileName: 'blob' },
      { contentType: 'text/plain', size: 8194, contentId: expect.any(String), fileName: 'blob' },
    ],
    names: ['attachments', 'attachments', 'attachments'],
  });
  expect((await content(upload.parts[0]!.contentId)).equals(picture)).toBe(true);
  expect((await content(upload.parts[2]!.contentId)).toString()).toBe(long);
  expect(await stage.connection.collection('content.files').findOne({ _id: upload.parts[0]!.contentId as never })).toMatchObject({
    metadata: { owner: bob, contentType: 'image/png', sha256: createHash('sha256').update(picture).digest('hex'), unusedUntilMs: expect.any(Number) },
  });
});

it('keeps text that is not UTF-8 as it came', async () => {
  const latin = Buffer.concat([Buffer.from(`--b\r\n${RAW_ROOT}\r\n--b\r\nContent-Disposition: form-data; name=attachments\r\nContent-Type: text/plain;charset=iso-8859-1\r\n\r\n`), Buffer.from([0xfc]), Buffer.from('\r\n--b--')]);
  const { parts: [part] } = await taken(await post(latin, { 'content-type': 'multipart/form-data; boundary=b' }));
  expect(part).toEqual({ contentType: 'text/plain;charset=iso-8859-1', size: 1, contentId: expect.any(String) });
  expect([...(await content(part!.contentId))]).toEqual([0xfc]);
});

it('takes root fields alone, as a form and as JSON', async () => {
  expect(await taken(await form(rootFields()))).toEqual({ root, parts: [], names: [] });
  expect(await taken(await post(JSON.stringify(root), { 'content-type': 'application/json' }))).toEqual({ root, parts: [], names: [] });
});

it('takes parts of no bytes at all, everywhere', async () => {
  const { parts } = await taken(await form(rootFields(), attached('', 'image/png'), attached('', 'text/plain'), attached('x', 'image/png'), attached('', 'image/gif')));
  expect(parts).toMatchObject([{ size: 0, contentId: expect.any(String) }, { size: 0, text: '' }, { size: 1 }, { size: 0, contentType: 'image/gif' }]);
  expect((await content(parts[0]!.contentId)).length).toBe(0);
});

it('takes sixteen attachments and not one more', async () => {
  const sixteen = Array.from({ length: 16 }, (_, index) => attached(String(index), 'image/png'));
  const { parts } = await taken(await form(rootFields(), ...sixteen));
  expect(await Promise.all(parts.map(async ({ contentId }) => (await content(contentId)).toString()))).toEqual(sixteen.map((_, index) => String(index)));
  await contents.removeAll(parts.map(({ contentId }) => contentId!));
  expect(await refusal(await form(rootFields(), ...sixteen, attached('16', 'image/png')))).toEqual([400, 'attachments']);
  expect(await stage.stored()).toEqual([0, 0]);
});

it('takes 20 MiB', async () => {
  const video = randomBytes(20 * 2 ** 20);
  const { parts: [part] } = await taken(await form(rootFields(), attached(video, 'video/mp4')));
  expect(part!.size).toBe(video.length);
  expect((await content(part!.contentId)).equals(video)).toBe(true);
});

describe('refuses, names what is wrong, and keeps nothing:', () => {
  it.each<[string, number, string | undefined, () => Promise<Response>]>([
    ['root fields after an attachment', 400, 'root-fields', () => form(attached('x', 'image/png'), rootFields())],
    ['no root fields', 400, 'root-fields', () => post('--b--\r\n', { 'content-type': 'multipart/form-data; boundary=b' })],
    ['two of them', 400, 'root-fields', () => form(rootFields(), attached('x', 'image/png'), rootFields())],
    ['broken JSON', 400, 'root-fields', () => form(rootFields('{"object":'), attached('x', 'image/png'))],
    ['empty root fields', 400, 'root-fields', () => form(rootFields(''))],
    ['root fields that are no JSON', 415, 'root-fields', () => form(rootFields('<object/>', 'text/xml'))],
    ['root fields that are too large', 413, 'root-fields', () => form(rootFields(JSON.stringify('x'.repeat(300_000))))],
    ['a type that is none', 400, 'attachments[1].Content-Type', () => raw(RAW_ROOT, 'Content-Disposition: form-data; name="a"\r\nContent-Type: image/png\r\n\r\nx', 'Content-Disposition: form-data; name="a"\r\nContent-Type: image\r\n\r\nx')],
    ['a file name with a path', 400, 'attachments[0].filename', () => form(rootFields(), attached('x', 'image/png', '../x'))],
    ['a part without a name', 400, 'attachments[1]', () => raw(RAW_ROOT, 'Content-Disposition: form-data; name="a"\r\n\r\nx', 'Content-Type: image/png\r\n\r\nx')],
    ['a part that is no form data', 400, 'attachments[0]', () => raw(RAW_ROOT, 'Content-Disposition: attachment; name="a"\r\n\r\nx')],
    ['encoded bytes', 400, 'attachments[0]', () => raw(RAW_ROOT, 'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\neA==')],
    ['a head that does not end', 400, 'body', () => raw(RAW_ROOT, 'Content-Disposition: form-data; name="a"')],
    ['a form that does not end', 400, 'body', () => post(`--b\r\n${RAW_ROOT}\r\n--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: image/png\r\n\r\n${'x'.repeat(300_000)}`, { 'content-type': 'multipart/form-data; boundary=b' })],
    ['what is no form', 400, 'body', () => post('abc', { 'content-type': 'multipart/form-data; boundary=b' })],
    ['a form without a boundary', 400, 'Content-Type', () => post('abc', { 'content-type': 'multipart/form-data' })],
    ['another type', 415, undefined, () => post('<object/>', { 'content-type': 'text/xml' })],
  ])('%s', async (_, status, field, send) => {
    expect(await refusal(await send())).toEqual([status, field]);
    expect(await stage.stored()).toEqual([0, 0]);
  });

  it('more than an object may have, in one attachment', async () => {
    expect(await refusal(await form(rootFields(), attached(Buffer.alloc(LIMIT + 1), 'video/mp4')))).toEqual([413, 'attachments[0]']);
    expect(await stage.stored()).toEqual([0, 0]);
  });

  it('more than an object may have, in all together, the last one short text', async () => {
    expect(await refusal(await form(rootFields(), attached(Buffer.alloc(LIMIT - 5), 'video/mp4'), attached('Hello', 'text/plain'), attached('x', 'text/plain')))).toEqual([413, 'attachments[2]']);
    expect(await stage.stored()).toEqual([0, 0]);
  });

  it('a declared length that is too much, before anything is stored', async () => {
    expect(await refusal(await form(rootFields(), attached(Buffer.alloc(LIMIT + 2 ** 20), 'video/mp4')))).toEqual([413, undefined]);
    expect(await stage.stored()).toEqual([0, 0]);
  });
});

it.each(['an attachment', 'root fields', 'a head'])('keeps nothing when the connection is cut in the middle of %s', async (where) => {
  const sockets: Socket[] = [];
  const server = stage.host.app.getHttpServer() as Server;
  server.on('connection', (socket: Socket) => sockets.push(socket));
  const failed = UploadsController.failed;
  const sending = httpRequest(`${stage.host.url}/nms/v1/main/uploads`, { method: 'POST', headers: { authorization: stage.authorization, 'content-type': 'multipart/form-data; boundary=b' } });
  const cut = new Promise((resolve) => sending.on('error', resolve));
  const image = 'Content-Disposition: form-data; name="a"\r\nContent-Type: image/png\r\n\r\n';
  const begun = Buffer.from(`--b\r\n${RAW_ROOT}\r\n--b\r\n${image}whole\r\n--b\r\n${image}`);
  const written = { 'an attachment': Buffer.concat([begun, Buffer.alloc(2 * 2 ** 20)]), 'root fields': begun.subarray(0, 120), 'a head': begun.subarray(0, -20) }[where]!;
  sending.write(written);
  await until(async () => sockets.some(({ bytesRead }) => bytesRead > written.length));
  if (where !== 'root fields') await until(async () => (await stage.stored())[0] > 0);
  if (where === 'an attachment') await until(async () => (await stage.stored())[1] > 5);
  sending.destroy();
  await cut;
  await until(async () => UploadsController.failed === failed + 1);
  expect(await stage.stored()).toEqual([0, 0]);
});

it('changes nothing for routes that do not ask for it', async () => expect((await post(new FormData(), {}, '/other')).status).toBe(415));

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; !(await condition());) {
    if (Date.now() > deadline) throw new Error(`the condition did not hold: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
