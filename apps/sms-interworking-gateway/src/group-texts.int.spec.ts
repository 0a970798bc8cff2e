import { SubmitGroupSms } from '@cpm/contracts-sms-interworking-gateway';
import { e164Address, STATUS } from '@cpm/smpp';
import { encodeSegment, planSms } from '@cpm/sms-text';
import { DEFAULT_POLICY, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import { HostedGateway } from './testing/hosted-gateway.fixture.js';
import { untilWithin } from './testing/until.js';

const SERVICE = 'sms-interworking-gateway';
const alice = 'tel:+4915110000001' as CpmAddress;
const bob = 'tel:+4915110000002' as CpmAddress;
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000002' as DeviceId;
const [first, second] = DEFAULT_POLICY['sms.leasedNumbers'] as [string, string];

const until = untilWithin(10_000);
let gateway: HostedGateway;

beforeEach(async () => (gateway = await HostedGateway.start()));
afterEach(() => gateway.stop());

async function say(sessionId: string, messageId = `m-${sessionId}`): Promise<void> {
  const before = gateway.submitted.length;
  await gateway.publish(SubmitGroupSms, {
    user: bob, messageId, sender: alice, device: phone, attempt: 1, text: `Alice: Hello ${sessionId}`, sessionId,
    conversationId: `conv-${sessionId}`, contributionId: `contrib-${sessionId}`, expiresAt: Date.now() + 3_600_000, at: Date.now(),
  });
  await until(() => gateway.submitted.length === before + 1);
}

async function answer(number: string, text: string): Promise<void> {
  const plan = planSms(text);
  for (const index of plan.segments.keys()) {
    const status = await gateway.server.sessions()[0]?.deliver({ source: e164Address(bob.slice('tel:'.length)), destination: e164Address(number), ...encodeSegment(plan, index, 9) });
    expect(status).toBe(STATUS.ok);
  }
}

const said = () => gateway.platform.log.records('cpm.routing.inbox')
  .map(({ key, value }) => ({ key, ...(JSON.parse(value) as { type: string; data: unknown }) }))
  .filter(({ type }) => type === 'cpm.routing.SendChatMessage.v1');

it('sends the texts of each group session from a number of its own, and brings an answer to the session it is for', async () => {
  await say('lunch');
  await say('football');
  await say('lunch', 'm-lunch-2');
  expect(gateway.submitted.map(({ source, destination }) => [source, destination.address])).toEqual([first, second, first].map((address) => [{ ton: 1, npi: 1, address }, '4915110000002']));

  await answer(second, 'I am in');
  await answer(first, 'Not today. '.repeat(30));
  await until(() => said().length === 2);
  expect(said()).toMatchObject([
    { key: bob, data: { user: bob, sessionId: 'football', via: 'SMS', message: { from: bob, originDevice: phone, conversationId: 'conv-football', content: { kind: 'inline', text: 'I am in' } } } },
    { key: bob, data: { sessionId: 'lunch', message: { inReplyTo: 'contrib-lunch', content: { text: 'Not today. '.repeat(30) } } } },
  ]);
});

it('puts an answer aside where an operator finds it when its number stands for no session', async () => {
  await say('lunch');
  await answer(second, 'Who is this?');
  await until(() => gateway.platform.readStore(SERVICE).rows('dead-letters').size === 1);
  const letters = await gateway.platform.deadLetters.list(SERVICE, undefined, 10);
  expect(letters).toMatchObject({ letters: [{ service: SERVICE, key: bob, replayed: false, reason: expect.stringContaining('inbound short message') }] });
  expect(letters.letters[0]?.value).toContain('Who is this?');
  expect(said()).toEqual([]);
});
