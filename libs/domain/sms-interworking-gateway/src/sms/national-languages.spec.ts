import { DEFAULT_POLICY, type Policy } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { SendSms, SubmitUcn } from '@cpm/contracts-sms-interworking-gateway';
import { NO_LEASES } from '../lease/leases.js';
import { smsInterworkingGateway } from '../sms-interworking-gateway.service.js';
import { ALICE, BOB, Gateway, PHONE, request, START } from './sms.fixture.js';
import type { SmsCommand } from './sms.js';

const leg = { user: BOB, messageId: 'm1', sender: ALICE, device: PHONE, attempt: 1, expiresAt: START + 3_600_000, at: START };
const commandOf = (type: string, payload: unknown, policy: Policy) =>
  smsInterworkingGateway.subscriptions.find(({ contract }) => contract.type === type)?.command(payload, { now: START, policy, id: BOB, view: NO_LEASES, open: [] }) as SmsCommand;

requirement('CPM-MLD-028a', () => {
  describe.each([
    ['a text', SendSms.type, { ...leg, text: 'Merhaba' }],
    ['a notification', SubmitUcn.type, { ...leg, contentType: 'image/jpeg', size: 5 }],
  ])('%s', (_, type, payload) => {
    it('is taken with the languages that the policy allows then', () => {
      expect(commandOf(type, payload, { ...DEFAULT_POLICY, 'sms.nationalLanguages': ['tr', 'es'] })).toMatchObject({ request: { nationalLanguages: ['tr', 'es'] } });
    });

    it('is taken as ever where it allows none', () => {
      expect((commandOf(type, payload, DEFAULT_POLICY) as Extract<SmsCommand, { type: 'Submit' }>).request).not.toHaveProperty('nationalLanguages');
    });
  });

  it('goes with the same languages in every submission, so that a repeated part is the same', () => {
    const gateway = new Gateway().submit({ nationalLanguages: ['tr'] }).refuse('later');
    gateway.pass(3_600_000);
    expect(gateway.submissions.length).toBeGreaterThan(1);
    expect(new Set(gateway.submissions.map(({ nationalLanguages }) => nationalLanguages?.join()))).toEqual(new Set(['tr']));
    expect(request()).not.toHaveProperty('nationalLanguages');
  });
});
