import { randomUUID } from 'node:crypto';
import { OfferMessage, SubmitMessage } from '@cpm/contracts-routing';
import type { Problem } from '@cpm/http';
import type { MongoService } from '@cpm/testing-containers';
import { databaseOf } from '../database.js';
import { address, device, EdgeWorld, startDatabase, until } from '../edge-world.fixture.js';

const [alice, bob, carol] = [address(1), address(2), address(3)];
const phone = device(1);
let mongo: MongoService;
let world: EdgeWorld;
let authorization: string;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  world = await EdgeWorld.start(mongo);
  await world.register(alice, phone);
  authorization = `Bearer ${await world.token({ user: alice, device: phone })}`;
});
afterEach(async () => world.stop());

const text = { to: [bob], contentType: 'text/plain', body: 'hi' };

function post(body: unknown, { path = '/cpm/v1/messages', as = authorization }: { path?: string; as?: string } = {}): Promise<Response> {
  return fetch(world.url + path, { method: 'POST', headers: { authorization: as, 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

async function problem(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Problem;
}

const submissions = () => databaseOf(world.connection).collection('client-edge.submissions').countDocuments();

describe('a message', () => {
  it('with one recipient goes straight into his log', async () => {
    const response = await post({ ...text, id: 'm1', to: ['TEL:+49 (151) 10000002'], dispositionNotification: ['display', 'positive-delivery'], inReplyTo: 'm0' });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ id: 'm1', conversationId: expect.any(String), contributionId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const [offer] = world.published('routing', OfferMessage);
    expect(offer).toMatchObject({
      key: bob,
      data: {
        recipient: bob, depositSentCopy: true,
        message: { id: 'm1', from: alice, to: [bob], originDevice: phone, inReplyTo: 'm0', contentType: 'text/plain', content: { kind: 'inline', text: 'hi' }, size: 2, dispositionNotification: ['display', 'positive-delivery'] },
      },
    });
    const { message } = OfferMessage.schema.parse(offer?.data);
    expect(message.expiresAt - message.sentAt).toBeGreaterThan(3 * 86_400_000 - 1_000);
  });

  it('with several recipients goes into the log of its sender', async () => {
    const { status } = await post({ ...text, id: 'm1', to: [bob, carol, 'sip:+4915110000002@op.example;user=phone'] });
    expect(status).toBe(202);
    expect(world.published('routing', SubmitMessage)).toMatchObject([{ key: alice, data: { recipients: [bob, carol] } }]);
  });

  it('is answered only when the log has it', async () => {
    const held = world.hold();
    let answered = false;
    const answer = post(text).then(({ status }) => {
      answered = true;
      return status;
    });
    await until(() => held.hasAsked);
    // Another request overtakes it.
    expect((await post({}, { path: '/cpm/v1/messages/none/revoke' })).status).toBe(404);
    expect(answered).toBe(false);
    held.release();
    expect(await answer).toBe(202);
  });

  it('that the log does not take is answered 503, and can be sent again under its id', async () => {
    world.publishing = () => Promise.reject(new Error('no leader'));
    const refused = await post({ ...text, id: 'm1' });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await problem(refused);
    world.publishing = (records) => world.log.publish(records);
    expect((await post({ ...text, id: 'm1' })).status).toBe(202);
    expect(world.published('routing', OfferMessage)).toHaveLength(1);
  });

  it('over 8 KiB is stored once and referenced', async () => {
    const body = '\u00e9'.repeat(5_000);
    await post({ ...text, id: 'm1', body });
    await post({ ...text, id: 'm1', body });
    const offers = world.published('routing', OfferMessage).map(({ data }) => OfferMessage.schema.parse(data));
    expect(offers).toHaveLength(2);
    expect(offers[0]?.message).toEqual(offers[1]?.message);
    const { content, size } = offers[0]?.message ?? {};
    expect(size).toBe(10_000);
    expect(await databaseOf(world.connection).collection('content.files').countDocuments()).toBe(1);
    expect(await databaseOf(world.connection).collection('content.chunks').countDocuments()).toBe(1);
    const stored = await fetch(`${world.url}/cpm/v1/files/${(content as { contentId: string }).contentId}`, { headers: { authorization } });
    expect(stored.headers.get('content-type')).toBe('text/plain');
    expect(await stored.text()).toBe(body);
  });
});

describe('the same id', () => {
  it('with the same message gets the same answer', async () => {
    const first = (await (await post({ ...text, id: 'm1' })).json()) as object;
    const again = await post({ id: 'm1', body: 'hi', contentType: 'text/plain', to: ['tel:+4915110000002'] });
    expect(again.status).toBe(202);
    expect(await again.json()).toEqual(first);
    const [one, two] = world.published('routing', OfferMessage);
    expect(one?.data).toEqual(two?.data);
  });

  it('with another message is refused', async () => {
    await post({ ...text, id: 'm1' });
    const response = await post({ ...text, id: 'm1', body: 'bye' });
    expect(response.status).toBe(409);
    expect(await problem(response)).toMatchObject({ type: expect.stringMatching(/id-reused$/), errors: [{ path: 'id', message: expect.any(String) }] });
    expect(world.published('routing')).toHaveLength(1);
  });

  it('is another user\'s own', async () => {
    await world.register(bob, device(7));
    await post({ ...text, id: 'm1' });
    expect((await post({ ...text, id: 'm1', to: [carol] }, { as: `Bearer ${await world.token({ user: bob, device: device(7) })}` })).status).toBe(202);
  });

  it('sent many times at once is kept once', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, async (_, at) => {
      const response = await post({ ...text, id: `m${at % 2}` });
      return `${response.status} ${await response.text()}`;
    }));
    expect(new Set(answers).size).toBe(2);
    expect(await submissions()).toBe(2);
  });

  it('gets its first answer even after the message has expired', async () => {
    const message = { ...text, id: 'm1', expiresAt: new Date(Date.now() + 400).toISOString() };
    const first = (await (await post(message)).json()) as object;
    await until(async () => (await post({ ...message, id: randomUUID() })).status === 400);
    const again = await post(message);
    expect(again.status).toBe(202);
    expect(await again.json()).toEqual(first);
  });
});

describe('a bad message is refused with the field at fault, and leaves nothing', () => {
  afterEach(async () => {
    expect(world.published('routing')).toEqual([]);
    expect(await submissions()).toBe(0);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no recipient', { to: [] }, 'to'],
    ['10,000 recipients', { to: Array.from({ length: 10_000 }, (_, at) => address(at)) }, 'to'],
    ['257 recipients', { to: Array.from({ length: 257 }, (_, at) => address(at)) }, 'to'],
    ['a recipient that is no address', { to: [bob, 'bob'] }, 'to[1]'],
    ['a recipient that is no text', { to: [{}] }, 'to[0]'],
    ['a lone surrogate', { body: 'a\ud800b' }, 'body'],
    ['the character U+0000', { body: 'a\u0000b' }, 'body'],
    ['an empty text', { body: '' }, 'body'],
    ['a text that is a number', { body: 5 }, 'body'],
    ['both text and file', { fileId: 'f' }, 'body'],
    ['neither text nor file', { body: undefined }, 'body'],
    ['a file that does not exist', { body: undefined, fileId: 'nothing' }, 'fileId'],
    ['no media type', { contentType: undefined }, 'contentType'],
    ['a media type that is none', { contentType: 'text' }, 'contentType'],
    ['a media type with a line break', { contentType: 'text/plain\r\nx: y' }, 'contentType'],
    ['an id with control characters', { id: 'a\u0007' }, 'id'],
    ['an id that is too long', { id: 'x'.repeat(129) }, 'id'],
    ['an id with a database operator', { id: { $gt: '' } }, 'id'],
    ['an unknown disposition', { dispositionNotification: ['always'] }, 'dispositionNotification[0]'],
    ['a time that is none', { expiresAt: 'tomorrow' }, 'expiresAt'],
    ['a time in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['a time beyond the policy', { expiresAt: '2100-01-01T00:00:00Z' }, 'expiresAt'],
    ['an unknown field', { colour: 'red' }, 'colour'],
  ])('%s', async (_, change, path) => {
    const response = await post({ ...text, ...change });
    expect(response.status).toBe(400);
    expect((await problem(response)).errors?.[0]?.path).toBe(path);
  });

  it.each([['{"to":', 'malformed-json'], ['[]', 'invalid-request'], ['null', 'invalid-request'], ['', 'invalid-request'], ['{"to":["tel:+4915110000002"],"__proto__":{"body":"x"}}', 'invalid-request']])('%j', async (body, type) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect((await problem(response)).type).toMatch(new RegExp(`${type}$`));
  });

  it.each([['2 MB', 2 * 2 ** 20], ['just over 1 MiB', 2 ** 20 + 1], ['5 MB', 5 * 2 ** 20]])('a text of %s', async (_, size) => {
    const response = await post({ ...text, body: 'x'.repeat(size) });
    expect(response.status).toBe(413);
    expect((await problem(response)).type).toMatch(/payload-too-large$/);
  });

  it('another media type', async () => {
    const response = await fetch(`${world.url}/cpm/v1/messages`, { method: 'POST', headers: { authorization, 'content-type': 'text/plain' }, body: 'hi' });
    expect(response.status).toBe(415);
    await problem(response);
  });

  it.each<[string, () => Promise<string>, number, string]>([
    ['no token', async () => '', 401, 'unauthorized'],
    ['an expired token', async () => `Bearer ${await world.token({ user: alice, device: phone, expiresInSec: -1 })}`, 401, 'unauthorized'],
    ['a token of an operator', async () => `Bearer ${await world.token({ scope: 'operator' })}`, 403, 'wrong-scope'],
    ['a device that is not registered', async () => `Bearer ${await world.token({ user: alice, device: device(99) })}`, 403, 'unknown-device'],
    ['a user who is not provisioned', async () => `Bearer ${await world.token({ user: carol, device: phone })}`, 403, 'unknown-device'],
  ])('%s', async (_, as, status, type) => {
    const response = await post(text, { as: await as() });
    expect(response.status).toBe(status);
    expect((await problem(response)).type).toMatch(new RegExp(`${type}$`));
    if (status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

it('takes a text of exactly 1 MiB even when every character needs an escape', async () => {
  expect((await post({ ...text, body: '"'.repeat(2 ** 20) })).status).toBe(202);
});

it('keeps to the rate of a device', async () => {
  const slow = await EdgeWorld.start(mongo, { EDGE_REQUESTS_PER_SEC: 1, EDGE_REQUESTS_BURST: 2 });
  try {
    await slow.register(alice, phone);
    const as = { authorization: `Bearer ${await slow.token({ user: alice, device: phone })}`, 'content-type': 'application/json' };
    const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(`${slow.url}/cpm/v1/messages`, { method: 'POST', headers: as, body: JSON.stringify(text) })));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 429, 429]);
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1');
  } finally {
    await slow.stop();
  }
});
