import { request as httpRequest, type ClientRequest, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Problem } from '@cpm/http';
import { CHUNK_BYTES } from '@cpm/runtime-content';
import type { MongoService } from '@cpm/testing-containers';
import type { EdgeConfig } from '../edge-config.js';
import { databaseOf } from '../database.js';
import { address, device, EdgeWorld, until } from '../edge-world.fixture.js';

export const [alice, bob] = [address(1), address(2)];
export const phone = device(1);
const other = device(2);

type Body = Buffer<ArrayBuffer> | string;
type Headers = Readonly<Record<string, string>>;

/** An edge, two users with a device each, and their uploads. */
export class UploadStage {
  private constructor(
    readonly world: EdgeWorld,
    private readonly tokens: Readonly<Record<string, string>>,
  ) {}

  static async start(mongo: MongoService, config: Readonly<Record<string, string | number>> = {}, database?: string): Promise<UploadStage> {
    const world = await EdgeWorld.start(mongo, config as Partial<Record<keyof EdgeConfig, number>>, ...(database === undefined ? [] : [database]));
    await world.register(alice, phone);
    await world.register(bob, other);
    return new UploadStage(world, { [alice]: await world.token({ user: alice, device: phone }), [bob]: await world.token({ user: bob, device: other }) });
  }

  authorization(user: string = alice): string {
    return `Bearer ${this.tokens[user]}`;
  }

  post(body: Body, headers: Headers = {}, user?: string): Promise<Response> {
    return this.call('POST', '/cpm/v1/files', { body, headers: { 'content-type': 'image/jpeg', ...headers }, user });
  }

  begin(uploadId: string, body: Body, length: number, headers: Headers = {}): Promise<Response> {
    return this.post(body, { 'upload-id': uploadId, 'upload-length': String(length), ...headers });
  }

  patch(uploadId: string, offset: number | string, body: Body, user?: string): Promise<Response> {
    return this.call('PATCH', `/cpm/v1/files/uploads/${uploadId}`, { body, headers: { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }, user });
  }

  head(uploadId: string, user?: string): Promise<Response> {
    return this.call('HEAD', `/cpm/v1/files/uploads/${uploadId}`, { user });
  }

  /** Undefined when there is no such upload. */
  async offset(uploadId: string, user?: string): Promise<number | undefined> {
    const response = await this.head(uploadId, user);
    return response.status === 200 ? Number(response.headers.get('upload-offset')) : undefined;
  }

  download(id: string, headers: Headers = {}, query = ''): Promise<Response> {
    return this.call('GET', `/cpm/v1/files/${id}${query}`, { headers });
  }

  async content(id: string): Promise<Buffer> {
    const response = await this.download(id);
    if (response.status !== 200) throw new Error(`${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** A request whose body stays open: the caller writes, ends or breaks it. `answer` is its status, undefined when it was cut off. */
  open(method: 'POST' | 'PATCH', path: string, headers: Headers): { request: ClientRequest; answer: Promise<number | undefined> } {
    const request = httpRequest(`${this.world.url}${path}`, { method, headers: { authorization: this.authorization(), 'content-type': 'image/jpeg', ...headers } });
    const answer = new Promise<number | undefined>((resolve) => {
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', () => resolve(undefined));
    });
    return { request, answer };
  }

  /** Begins an upload, and breaks it off when the edge has all that was written of it. */
  async breakOff(uploadId: string, written: Buffer, length: number): Promise<void> {
    const sockets: Socket[] = [];
    const seen = (socket: Socket) => sockets.push(socket);
    const server = this.world.app.getHttpServer() as Server;
    server.on('connection', seen);
    const { request, answer } = this.open('POST', '/cpm/v1/files', { 'upload-id': uploadId, 'upload-length': String(length), 'content-length': String(length) });
    request.flushHeaders();
    if (written.length > 0) request.write(written);
    const chunks = written.length - (written.length % CHUNK_BYTES);
    // A request keeps its head as text once that is written.
    const head = (request as ClientRequest & { readonly _header: string })._header.length;
    await until(() => sockets.some(({ bytesRead }) => bytesRead === head + written.length));
    await this.writers(uploadId, 1);
    await until(async () => (await this.offset(uploadId)) === chunks);
    server.off('connection', seen);
    request.destroy();
    await answer;
  }

  /** Resolves when so many connections have come to write to the upload of Alice. */
  async writers(uploadId: string, count: number): Promise<void> {
    const uploads = databaseOf(this.world.connection).collection<{ _id: string; epoch: number }>('content.uploads');
    await until(async () => (await uploads.findOne({ _id: `${alice}|${uploadId}` }))?.epoch === count);
  }

  async stored(): Promise<[files: number, chunks: number, uploads: number]> {
    const database = databaseOf(this.world.connection);
    return [await database.collection('content.files').countDocuments(), await database.collection('content.chunks').countDocuments(), await database.collection('content.uploads').countDocuments()];
  }

  /** Makes the time of uploads, or of files, pass without waiting for it. */
  async age(what: 'uploads' | 'files', field: string): Promise<void> {
    await databaseOf(this.world.connection).collection(`content.${what}`).updateMany({ [field]: { $exists: true } }, { $set: { [field]: Date.now() - 1 } });
  }

  private call(method: string, path: string, { body, headers = {}, user }: { body?: Body; headers?: Headers; user?: string | undefined }): Promise<Response> {
    return fetch(`${this.world.url}${path}`, { method, headers: { authorization: this.authorization(user), ...headers }, ...(body !== undefined && { body }) });
  }
}

export const problemOf = async (response: Response): Promise<Problem> => (await response.json()) as Problem;
