import { randomInt, randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { signToken } from '../../dev-tokens/index.js';
import type { System } from '../../start/start-system.js';

/** What is there to be hit: tokens by scope, and values by the name of a parameter, of all operations or of one (`METHOD /path/{name}`). */
export interface Known {
  readonly tokens: Readonly<Record<'device' | 'operator' | 'network', string>>;
  readonly parameters: Readonly<Record<string, readonly (string | number)[]>>;
  readonly operations: Readonly<Record<string, Readonly<Record<string, readonly (string | number)[]>>>>;
}

type Json = Readonly<Record<string, unknown>>;

/** Users that nobody has used before, so that one system can be attacked several times. */
interface Cast {
  readonly alice: string;
  readonly bob: string;
  /** For operations after which there is nothing more of a user. */
  readonly throwaways: readonly string[];
}

function newCast(): Cast {
  const prefix = randomInt(1_000_000, 10_000_000);
  const [alice = '', bob = '', ...throwaways] = Array.from({ length: 22 }, (_, at) => `tel:+49${prefix}${String(at).padStart(3, '0')}`);
  return { alice, bob, throwaways };
}

class Caller {
  constructor(private readonly url: string, private readonly token: string) {}

  async call(method: string, path: string, body?: Json | FormData | string): Promise<Json> {
    const isJson = typeof body === 'object' && !(body instanceof FormData);
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(isJson && { 'content-type': 'application/json' }), ...(typeof body === 'string' && { 'content-type': 'text/plain' }) },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as FormData | string) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Json);
  }
}

/** Makes subscribers, devices, messages, sessions, files, and objects in a box, so that requests find something. */
export async function makeKnown({ url, brokers }: Pick<System, 'url' | 'brokers'>): Promise<Known> {
  const cast = newCast();
  const { alice, bob, throwaways } = cast;
  const operator = new Caller(url, await signToken({ scope: 'operator' }));
  const [phone, bobPhone, ...secondaries] = Array.from({ length: 12 }, () => `urn:uuid:${randomUUID()}`);
  for (const [address, id = ''] of [[alice, phone], [bob, bobPhone], ...throwaways.map((one) => [one, `urn:uuid:${randomUUID()}`] as const)] as const) {
    await operator.call('PUT', `/admin/v1/subscribers/${encodeURIComponent(address)}`, { primaryDevice: { id } });
  }
  const tokens = { device: await signToken({ scope: 'device', user: alice, device: phone }), operator: await signToken({ scope: 'operator' }), network: await signToken({ scope: 'network' }) };
  const own = new Caller(url, tokens.device);
  const his = new Caller(url, await signToken({ scope: 'device', user: bob, device: bobPhone }));
  await his.call('PUT', `/cpm/v1/devices/${bobPhone}`, { name: 'Bob' });
  await own.call('PUT', `/cpm/v1/devices/${phone}`, { name: 'Phone' });
  const devices = secondaries.slice(0, 6);
  for (const [at, id] of devices.entries()) await own.call('PUT', `/cpm/v1/devices/${id}`, { name: `Tablet ${at}` });
  const talk = await talked(own, his, cast);
  const box = await filled(own, cast);
  const letter = await deadLetter(brokers, operator, cast);
  return {
    tokens,
    parameters: {
      ...talk, ...box, address: [alice, bob], boxId: [alice], storeName: ['main'], deviceId: [phone ?? '', ...devices.slice(0, 2)],
      service: [], ueIdentity: [`msisdn-${alice.slice(5)}`], file: ['main.js', 'index.html'], part: [1, 2],
      flagName: ['\\Seen', '$Forwarded', '\\Flagged'],
    },
    operations: {
      'DELETE /admin/v1/subscribers/{address}': { address: throwaways.slice(0, 10) },
      'PUT /admin/v1/subscribers/{address}': { address: throwaways.slice(0, 10) },
      'POST /admin/v1/subscribers/{address}/erasure': { address: throwaways.slice(10) },
      'GET /admin/v1/subscribers/{address}/erasure': { address: throwaways.slice(10) },
      'DELETE /cpm/v1/devices/{deviceId}': { deviceId: devices.slice(2) },
      'PUT /cpm/v1/devices/{deviceId}': { deviceId: devices },
      'GET /cpm/v1/files/{id}': { id: talk.fileId },
      'GET /admin/v1/messages/{id}/journey': { id: talk.message },
      'POST /admin/v1/dead-letters/{id}/replay': { id: letter },
      ...Object.fromEntries(['/dispositions', '/revoke', '/link'].map((end) => [`${end === '/link' ? 'DELETE' : 'POST'} /cpm/v1/messages/{id}${end}`, { id: talk.message }])),
      ...Object.fromEntries(['', '/accept', '/reject', '/leave', '/restart', '/messages'].map((end) => [`${end === '' ? 'GET' : 'POST'} /cpm/v1/sessions/{id}${end}`, { id: talk.session }])),
      ...Object.fromEntries(['accept', 'reject', 'cancel'].map((end) => [`POST /cpm/v1/file-transfers/{id}/${end}`, { id: talk.transfer }])),
    },
  };
}

async function talked(own: Caller, his: Caller, { alice, bob, throwaways }: Cast) {
  const [file, other] = [await own.call('POST', '/cpm/v1/files', 'some text'), await own.call('POST', '/cpm/v1/files', 'x'.repeat(10_000))];
  const his1 = await his.call('POST', '/cpm/v1/files', 'his text');
  const message = ['fuzz-out', 'fuzz-in'];
  await own.call('POST', '/cpm/v1/messages', { id: 'fuzz-out', to: [bob], contentType: 'text/plain', body: 'Hello', dispositionNotification: ['positive-delivery'] });
  await his.call('POST', '/cpm/v1/messages', { id: 'fuzz-in', to: [alice], contentType: 'text/plain', body: 'Hello' });
  const session = ['fuzz-chat', 'fuzz-group', 'fuzz-invited', 'fuzz-invited-too'];
  await own.call('POST', '/cpm/v1/sessions', { id: 'fuzz-chat', to: [bob], kind: 'one-to-one' });
  await own.call('POST', '/cpm/v1/sessions', { id: 'fuzz-group', to: [bob, throwaways[19]], kind: 'long-lived-group' });
  for (const id of session.slice(2)) await his.call('POST', '/cpm/v1/sessions', { id, to: [alice], kind: 'one-to-one' });
  const transfer = ['fuzz-file', 'fuzz-his-file', 'fuzz-his-other'];
  await own.call('POST', '/cpm/v1/file-transfers', { id: 'fuzz-file', to: [bob], fileId: file['id'] });
  for (const id of transfer.slice(1)) await his.call('POST', '/cpm/v1/file-transfers', { id, to: [alice], fileId: his1['id'] });
  return { message, session, transfer, fileId: [String(file['id']), String(other['id'])], uploadId: ['fuzz-upload'] };
}

async function filled(own: Caller, { alice }: Cast) {
  const box = `/nms/v1/main/${encodeURIComponent(alice)}`;
  const idIn = (url: unknown) => decodeURIComponent(String(url).slice(String(url).lastIndexOf('/') + 1));
  const { folder } = (await own.call('POST', `${box}/folders`, { folder: { name: 'Kept' } })) as { folder: { resourceURL: string; path: string } };
  const made: string[] = [];
  const paths: string[] = [folder.path];
  for (let at = 0; at < 4; at += 1) {
    const form = new FormData();
    form.append('root-fields', new Blob([JSON.stringify({ object: { parentFolder: folder.resourceURL } })], { type: 'application/json' }));
    for (let part = 0; part < at; part += 1) form.append('attachments', new Blob(['some text'], { type: part === 0 ? 'text/plain' : 'image/png' }), 'a.txt');
    const { object } = (await own.call('POST', `${box}/objects`, form)) as { object: { resourceURL: string; path: string } };
    made.push(idIn(object.resourceURL));
    paths.push(object.path);
  }
  const { nmsSubscription } = (await own.call('POST', `${box}/subscriptions`, { nmsSubscription: { callbackReference: {} } })) as { nmsSubscription: { resourceURL: string } };
  return { folderId: [idIn(folder.resourceURL), 'main'], objectId: made, subscriptionId: [idIn(nmsSubscription.resourceURL)], path: paths };
}

/** Something that no service understands, and its id once it was put aside. */
async function deadLetter(brokers: string, operator: Caller, { alice }: Cast): Promise<readonly string[]> {
  const producer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic: 'cpm.routing.inbox', messages: Array.from({ length: 5 }, () => ({ key: alice, value: 'not an event' })) });
  await producer.disconnect();
  for (const deadline = Date.now() + 20_000; ;) {
    const { deadLetters } = (await operator.call('GET', '/admin/v1/dead-letters?service=routing')) as { deadLetters: readonly { id: string }[] };
    if (deadLetters.length >= 5) return deadLetters.map(({ id }) => id);
    if (Date.now() > deadline) throw new Error('nothing was put aside');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
