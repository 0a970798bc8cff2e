import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@cpm/runtime-host';
import { InMemoryStore } from '@cpm/runtime-ports';
import { Registry } from 'prom-client';
import { gatewayConfig } from './gateway-config.js';
import { GatewayMetrics } from './gateway-metrics.js';
import { noScreening, screeningOf, type Screening, type ScreeningFate } from './screening.js';
import { SmscGateway } from './smsc-gateway.js';
import { InMemorySmsReferences } from './testing/in-memory-sms-references.js';
import { InMemoryUcnLinks } from './testing/in-memory-ucn-links.js';
import { RecordedIngress } from './testing/recorded-ingress.js';

const sms = { user: 'tel:+4915110000002', sender: 'tel:+4915110000001', form: 'SMS', text: 'Hello' } as Parameters<Screening['verdictOn']>[0];

let answer: Responder;
let asked: unknown[];
let server: Server;
let url: string;
let fates: ScreeningFate[];
let changes: (string | undefined)[];
let screening: Screening;

type Responder = (response: ServerResponse) => void;
const json = (value: unknown, status = 200): Responder => (response) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
};

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  asked.push(JSON.parse(Buffer.concat(chunks).toString()));
  answer(response);
}

function screen(more: Record<string, string> = {}): Screening {
  screening.close();
  const config = gatewayConfig.parse({ SMS_SCREENING_URL: url, SMS_SCREENING_TIMEOUT_MS: '5000', ...more });
  screening = screeningOf(config, { done: (fate) => fates.push(fate), changed: (error) => changes.push(error?.message) });
  return screening;
}

beforeEach(async () => {
  asked = [];
  fates = [];
  changes = [];
  screening = noScreening;
  server = createServer((request, response) => void receive(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/screen`;
});
afterEach(async () => {
  screening.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('lets a text go that the service allows, and tells it the parties only', async () => {
  answer = json({ allow: true });
  expect(await screen().verdictOn(sms)).toBeUndefined();
  const { text: _text, ...parties } = sms;
  expect(asked).toEqual([parties]);
});

it('tells the text where the operator wants that', async () => {
  answer = json({ allow: true });
  await screen({ SMS_SCREENING_TEXT: 'sent' }).verdictOn(sms);
  expect(asked).toEqual([sms]);
});

it.each([
  [{ allow: false, reason: 'sender is blocked' }, 'screened: sender is blocked'],
  [{ allow: false }, 'screened: refused'],
  [{ allow: false, reason: 'a\nb' }, 'screened: refused'],
])('refuses for good what the service refuses: %j', async (said, reason) => {
  answer = json(said);
  expect(await screen().verdictOn(sms)).toEqual({ retry: 'never', reason });
  expect(fates).toEqual(['refused']);
});

const BADLY: readonly (readonly [string, Responder])[] = [
  ['an error', json({ allow: true }, 500)],
  ['a redirection', (response) => {
    response.writeHead(302, { location: '/other' }).end();
  }],
  ['no JSON', (response) => {
    response.end('yes');
  }],
  ['something else', json({ allow: 'yes' })],
  ['nothing', () => undefined],
  ['a closed connection', (response) => {
    response.destroy();
  }],
];

describe.each(BADLY)('while the service answers %s', (what, badly) => {
  const timeoutMs = what === 'nothing' ? '200' : '5000';

  beforeEach(() => (answer = badly));

  it('a text waits', async () => {
    expect(await screen({ SMS_SCREENING_TIMEOUT_MS: timeoutMs }).verdictOn(sms)).toEqual({ retry: 'later', reason: 'the screening service does not answer' });
    expect(fates).toEqual(['unanswered']);
  });

  it('a text goes where the operator wants that', async () => expect(await screen({ SMS_SCREENING_FAIL: 'open', SMS_SCREENING_TIMEOUT_MS: timeoutMs }).verdictOn(sms)).toBeUndefined());
});

it('is not asked for a while when it does not answer, and then again', async () => {
  answer = json({}, 503);
  const screened = screen();
  for (let text = 0; text < 10; text += 1) await screened.verdictOn(sms);
  expect(asked.length).toBe(5);
  expect(fates).toHaveLength(10);
});

it('is asked of 50 texts at a time, and in the end of all', async () => {
  const { fetch: asking } = globalThis;
  let open = 0;
  let most = 0;
  globalThis.fetch = (...question) => {
    most = Math.max(most, (open += 1));
    return asking(...question).finally(() => (open -= 1));
  };
  answer = json({ allow: true });
  try {
    const screened = screen();
    const verdicts = await Promise.all(Array.from({ length: 300 }, () => screened.verdictOn(sms)));
    expect([new Set(verdicts), asked.length, most]).toEqual([new Set([undefined]), 300, 50]);
  } finally {
    globalThis.fetch = asking;
  }
});

it('says once that it fails, and once that it works again', async () => {
  answer = json({}, 503);
  const screened = screen();
  for (let text = 0; text < 4; text += 1) await screened.verdictOn(sms);
  answer = json({ allow: true });
  for (let text = 0; text < 3; text += 1) await screened.verdictOn(sms);
  expect(changes).toEqual(['the screening service answered 503', undefined]);
});

describe('a gateway with such a service', () => {
  async function outcomeOf(said: unknown, more: Record<string, unknown> = {}): Promise<Record<string, unknown> | undefined> {
    answer = json(said);
    const ingress = new RecordedIngress();
    const gateway = new SmscGateway({
      config: gatewayConfig.parse({ SMS_SCREENING_URL: url }), references: new InMemorySmsReferences(), links: new InMemoryUcnLinks(),
      ingress, store: new InMemoryStore(), clock: systemClock, metrics: new GatewayMetrics(new Registry()),
    });
    gateway.effects['submit-sms']?.([{ ...sms, form: 'UCN', smsId: 'tel:+4915110000002|m1', attempt: 1, expiresAt: Date.now() + 60_000, beginBy: Date.now() + 45_000, mayRepeat: false, refusedBy: [], ...more }]);
    await gateway.beforeApplicationShutdown();
    return ingress.of('SmscRefused')[0];
  }

  it('submits no text and no notification that is refused, and says why', async () => {
    expect(await outcomeOf({ allow: false, reason: 'sender is blocked' })).toMatchObject({ retry: 'never', reason: 'screened: sender is blocked' });
    expect(asked).toMatchObject([{ form: 'UCN' }]);
  });

  it('is not asked of a text whose turn came too late: the log hears so at once', async () => {
    expect(await outcomeOf({ allow: true }, { beginBy: Date.now() - 1 })).toMatchObject({ retry: 'later', reason: 'not written: overdue' });
    expect(asked).toEqual([]);
  });

  it('is asked of everybody whose message a text tells of, and says for whose sake it may not leave', async () => {
    const senders = [sms.sender, 'tel:+4915110000003'];
    expect(await outcomeOf({ allow: false }, { senders })).toMatchObject({ retry: 'never', screened: senders });
    expect(asked).toMatchObject(senders.map((sender) => ({ sender })));
    asked = [];
    expect(await outcomeOf({ allow: true }, { senders })).not.toHaveProperty('screened');
    expect(asked).toHaveLength(2);
  });

  it('goes on with what is allowed', async () => expect(await outcomeOf({ allow: true })).toMatchObject({ reason: expect.stringContaining('SMSC') }));
});

it('asks nobody when no service is configured', () => expect(screeningOf(gatewayConfig.parse({}), { done: () => undefined, changed: () => undefined })).toBe(noScreening));

it.each(['ftp://screen.example', 'http://user:secret@screen.example/', 'screen', 'https://'])('refuses %s by its name', (value) => {
  expect(gatewayConfig.safeParse({ SMS_SCREENING_URL: value }).error?.issues).toMatchObject([{ path: ['SMS_SCREENING_URL'] }]);
});
