import { e164Address } from '@cpm/smpp';
import { serveSmscView } from './http-view.js';
import { ALICE, bind, BOB, closeAll, closeLater, one, simulate, until } from './simulator.fixture.js';

afterEach(closeAll);

describe('the HTTP view', () => {
  async function view() {
    const simulator = await simulate();
    const http = await serveSmscView(simulator, { port: 0 });
    closeLater(() => http.close());
    const call = async (method: string, path: string, body?: unknown) => {
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const response = await fetch(http.url + path, { method, ...sent });
      const text = await response.text();
      return { status: response.status, type: response.headers.get('content-type'), body: text === '' ? undefined : JSON.parse(text) };
    };
    return { simulator, call };
  }

  it('lists what was received, and forgets it', async () => {
    const { simulator, call } = await view();
    const { submit } = await bind(simulator);
    await submit(one('hello'));
    for (const to of ['', `?to=${BOB}`, `?to=${encodeURIComponent(BOB)}`]) {
      expect(await call('GET', `/messages${to}`)).toMatchObject({ status: 200, body: [{ from: ALICE, to: BOB, text: 'hello' }] });
    }
    expect(await call('GET', `/messages?to=${ALICE}`)).toMatchObject({ status: 200, body: [] });
    expect(await call('GET', '/segments')).toMatchObject({ body: [{ count: 1, dataCoding: 0, userMessageReference: 1 }] });
    expect(await call('DELETE', '/messages')).toMatchObject({ status: 204 });
    expect(await call('GET', '/messages')).toMatchObject({ body: [] });
  });

  it('lets a handset send, be reached, and the SMSC misbehave', async () => {
    const { simulator, call } = await view();
    const { submit, delivered, alerts } = await bind(simulator);
    expect(await call('POST', '/mo', { from: `tel:${BOB}`, to: ALICE, text: 'hi' })).toMatchObject({ status: 204 });
    expect(await call('POST', '/alert', { from: BOB, status: 'unavailable' })).toMatchObject({ status: 204 });
    await until(() => delivered.length === 1 && alerts.length === 1);
    expect([delivered[0], alerts[0]]).toMatchObject([{ text: 'hi', from: e164Address(BOB) }, { availability: 'unavailable' }]);
    expect(await call('POST', '/behaviour', { answer: 'throttle', to: BOB })).toMatchObject({ status: 204 });
    await expect(submit(one('x'))).rejects.toMatchObject({ kind: 'throttled' });
  });

  it.each([
    ['POST', '/mo', { from: BOB, to: ALICE }, 400, [{ path: 'text' }]],
    ['POST', '/mo', { from: BOB, to: ALICE, text: '' }, 400, [{ path: 'text', message: 'empty' }]],
    ['POST', '/mo', { from: '+1', to: ALICE, text: 'x' }, 400, []],
    ['POST', '/alert', { from: BOB, status: 'asleep' }, 400, [{ path: 'status' }]],
    ['POST', '/behaviour', { answr: 'throttle' }, 400, [{ path: '' }]],
    ['POST', '/behaviour', '{', 400, []],
    ['POST', '/mo', 'x'.repeat(70_000), 413, []],
    ['GET', '/nowhere', undefined, 404, []],
    ['POST', '/messages', {}, 404, []],
  ])('answers %s %s %j with problem details', async (method, path, body, status, errors) => {
    const { call } = await view();
    expect(await call(method, path, body)).toMatchObject({ status, type: 'application/problem+json', body: { status, errors } });
  });
});
