import type { CpmAddress, DeviceId, Message } from '@cpm/vocabulary';
import { OfferMessage, SubmitMessage } from '@cpm/contracts-routing';
import { submissionEvents } from './submission.js';

const [alice, bob, carol] = ['tel:+4915110000001', 'tel:+4915110000002', 'sip:carol@op.example'] as [CpmAddress, CpmAddress, CpmAddress];
const message: Message = {
  id: 'm1', from: alice, to: [bob], originDevice: 'urn:uuid:00000000-0000-4000-8000-0000000000a1' as DeviceId, conversationId: 'c1', contributionId: 'x1',
  contentType: 'text/plain', content: { kind: 'inline', text: 'hi' }, size: 2, dispositionNotification: [], sentAt: 1, expiresAt: 2,
};

it.each([
  ['one recipient', [bob], OfferMessage, { message, recipient: bob, depositSentCopy: true }, bob],
  ['the same recipient twice', [bob, bob], OfferMessage, { message, recipient: bob, depositSentCopy: true }, bob],
  ['several recipients', [bob, carol, bob], SubmitMessage, { message, recipients: [bob, carol] }, alice],
])('%s', (_, recipients, contract, payload, key) => {
  expect(submissionEvents(message, recipients)).toEqual([{ kind: 'publish', contract, payload }]);
  expect(contract.schema.parse(payload)).toEqual(payload);
  expect(contract.key(payload as never)).toBe(key);
});

it('refuses a message to nobody', () => {
  expect(() => submissionEvents(message, [])).toThrow(RangeError);
});
