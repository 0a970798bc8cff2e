import { ReportDisposition, RevokeMessage } from '@cpm/contracts-routing';
import type { Problem } from '@cpm/http';
import type { MongoService } from '@cpm/testing-containers';
import { address, device, EdgeWorld, startDatabase, until } from '../edge-world.fixture.js';

const [alice, bob, carol] = [address(1), address(2), address(3)];
const [phone, tablet] = [device(1), device(2)];
let mongo: MongoService;
let world: EdgeWorld;
let authorization: string;

beforeAll(async () => {
  mongo = await startDatabase();
}, 60_000);
afterAll(async () => mongo.stop());
beforeEach(async () => {
  world = await EdgeWorld.start(mongo);
  await world.register(alice, phone, tablet);
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

describe('a revocation', () => {
  it('asks for the message back from each recipient', async () => {
    await post({ ...text, id: 'm1', to: [bob, carol] });
    expect((await post({}, { path: '/cpm/v1/messages/m1/revoke' })).status).toBe(202);
    const published = world.published('routing', RevokeMessage).sort((a, b) => (a.key < b.key ? -1 : 1));
    expect(published).toMatchObject([bob, carol].map((recipient) => ({ key: recipient, data: { messageId: 'm1', sender: alice, device: phone, recipient } })));
  });

  it('of a message that the caller did not send is refused', async () => {
    const response = await post({}, { path: '/cpm/v1/messages/m1/revoke' });
    expect(response.status).toBe(404);
    expect((await problem(response)).type).toMatch(/unknown-message$/);
  });
});

describe('dispositions', () => {
  const path = '/cpm/v1/messages/m1/dispositions';

  it('of several devices of a user at once make one record', async () => {
    const other = `Bearer ${await world.token({ user: alice, device: tablet })}`;
    // The first request warms the way up, so that the two come together.
    await post({ status: 'delivered' }, { path: '/cpm/v1/messages/m0/dispositions', as: other });
    await until(async () => {
      const before = world.published('routing', ReportDisposition).length;
      const answers = await Promise.all([post({ status: 'delivered' }, { path }), post({ status: 'displayed' }, { path, as: other })]);
      expect(answers.map(({ status }) => status)).toEqual([204, 204]);
      return world.published('routing', ReportDisposition).length === before + 1;
    });
    const record = world.published('routing', ReportDisposition).at(-1);
    expect(record?.key).toBe(alice);
    expect(record?.data['items']).toHaveLength(2);
    expect(record?.data['items']).toEqual(expect.arrayContaining([{ device: phone, status: 'delivered', at: expect.any(Number) }, { device: tablet, status: 'displayed', at: expect.any(Number) }]));
  });

  it.each([[{ status: 'read' }, 'status'], [{}, 'status'], [{ status: 'delivered', device: tablet }, 'device']])('%j is refused', async (body, field) => {
    const response = await post(body, { path });
    expect(response.status).toBe(400);
    expect((await problem(response)).errors?.[0]?.path).toBe(field);
  });

  it('are refused while the log does not take them', async () => {
    world.publishing = () => Promise.reject(new Error('no leader'));
    expect((await post({ status: 'delivered' }, { path })).status).toBe(503);
  });
});
