import { defineService, on, type DecisionContext } from '@cpm/runtime-decider';
import { EraseUser, UserErased } from '@cpm/contracts-device-registry';
import {
  CancelSms, OfferUcn, ReleaseUcn, SendSms, SmscAccepted, SmscCancelled, SmscReceipt, SmscRefused, SmsReceived, SubmitGroupSms, SubmitSms, SubmitUcn, SubmitUcnSummary, UCN_LINKS, UcnSetAside, UcnSummaryProgress, WithdrawUcn,
} from '@cpm/contracts-sms-interworking-gateway';
import type { Policy } from '@cpm/vocabulary';
import { ucnBundle } from './bundle/ucn-bundle.aggregate.js';
import type { UcnBundleCommand } from './bundle/ucn-bundle.js';
import { leases } from './lease/leases.aggregate.js';
import type { Leases, LeasesCommand } from './lease/leases.js';
import { sms, smsId } from './sms/sms.aggregate.js';
import type { SmsCommand, SmsRequest } from './sms/sms.js';
import { summaryRequest, ucnRequest } from './ucn/ucn-request.js';

/** What SMSC message ids stand for. */
export const SMSC_REFERENCES = 'smsc-refs';

/** What the policy allows when a text is taken holds for all its submissions, so that a repeated part has the place of the first. */
function tablesOf({ 'sms.nationalLanguages': nationalLanguages }: Policy): Pick<SmsRequest, 'nationalLanguages'> {
  return nationalLanguages.length > 0 ? { nationalLanguages } : {};
}

type Context = DecisionContext<Leases>;

/** Brings texts to handsets: what routing asks for comes in, what the SMSC says of it, and what handsets answer. */
export const smsInterworkingGateway = defineService('sms-interworking-gateway', [
  on(SubmitSms, {
    aggregate: leases,
    idOf: ({ user }) => user,
    command: ({ at: _at, ...text }, { now, policy }): LeasesCommand => ({ type: 'Submit', text, pool: policy['sms.leasedNumbers'], now }),
  }),
  on(SubmitGroupSms, {
    aggregate: leases,
    idOf: ({ user }) => user,
    command: ({ at: _at, ...text }, { now, policy }): LeasesCommand => ({ type: 'Submit', text, pool: policy['sms.leasedNumbers'], now }),
  }),
  on(SmsReceived, {
    aggregate: leases,
    idOf: ({ user }) => user,
    command: ({ user: _user, ...inbound }, { now, policy }): LeasesCommand => ({ type: 'Receive', inbound, lifeMs: policy['deferred.ttlSec'] * 1_000, words: policy, now }),
  }),
  on(SendSms, {
    aggregate: sms,
    idOf: ({ user, messageId }) => smsId(user, messageId),
    command: ({ at: _at, ...request }, { now, policy, view }: Context): SmsCommand =>
      ({ type: 'Submit', request: { ...request, ...tablesOf(policy), form: 'SMS' }, optOuts: view.optOuts, now }),
  }),
  on(SubmitUcn, {
    aggregate: sms,
    idOf: ({ user, messageId }) => smsId(user, messageId),
    command: (ucn, { now, policy, view }: Context): SmsCommand => ({ type: 'Submit', request: { ...ucnRequest(ucn, policy), ...tablesOf(policy) }, optOuts: view.optOuts, now }),
  }),
  on(OfferUcn, {
    aggregate: ucnBundle,
    idOf: ({ user }) => user,
    command: ({ ucn }, { now, policy }): UcnBundleCommand => ({ type: 'Offer', ucn, windowMs: policy['ucn.aggregateWindowSec'] * 1_000, now }),
  }),
  on(WithdrawUcn, {
    aggregate: ucnBundle,
    idOf: ({ user }) => user,
    command: ({ messageId, attempt, reason }, { now }): UcnBundleCommand => ({ type: 'Withdraw', ucn: { messageId, attempt }, reason, now }),
  }),
  on(ReleaseUcn, {
    aggregate: sms,
    idOf: ({ user, messageId }) => smsId(user, messageId),
    command: ({ attempt }, { now, view }: Context): SmsCommand => ({ type: 'Release', attempt, optOuts: view.optOuts, now }),
  }),
  on(UcnSetAside, {
    aggregate: sms,
    idOf: ({ user, messageId }) => smsId(user, messageId),
    command: ({ attempt, reason }, { now }): SmsCommand => ({ type: 'SetAside', attempt, reason, now }),
  }),
  on(SubmitUcnSummary, {
    aggregate: sms,
    idOf: ({ user, summaryId }) => smsId(user, summaryId),
    command: (summary, { now, policy, view }: Context): SmsCommand =>
      ({ type: 'Submit', request: { ...summaryRequest(summary, policy), ...tablesOf(policy) }, optOuts: view.optOuts, now }),
  }),
  on(UcnSummaryProgress, {
    aggregate: sms,
    idOf: ({ user, messageId }) => smsId(user, messageId),
    command: (progress, { now }): SmsCommand => ({ type: 'FollowSummary', progress, now }),
  }),
  on(CancelSms, {
    aggregate: sms,
    idOf: ({ user, messageId }) => smsId(user, messageId),
    command: (cancellation, { now }): SmsCommand => ({ type: 'Cancel', cancellation, now }),
  }),
  on(SmscAccepted, {
    aggregate: sms,
    idOf: (evidence) => evidence.smsId,
    command: ({ attempt, segmentIds, smsc, source }, { now }): SmsCommand => ({ type: 'Accept', submission: attempt, segmentIds, smsc, source, now }),
  }),
  on(SmscRefused, {
    aggregate: sms,
    idOf: (evidence) => evidence.smsId,
    command: ({ attempt, retry, reason, retryAfterMs, refused, screened }, { now }): SmsCommand => ({ type: 'Refuse', submission: attempt, retry, reason, retryAfterMs, refused, screened, now }),
  }),
  on(SmscCancelled, {
    aggregate: sms,
    idOf: (evidence) => evidence.smsId,
    command: ({ attempt, outcome, reason, dropped }, { now }): SmsCommand => ({ type: 'TakeCancellation', submission: attempt, outcome, reason, dropped, now }),
  }),
  on(SmscReceipt, {
    aggregate: sms,
    idOf: (evidence) => evidence.smsId,
    command: ({ attempt, segmentId, segments, state, error, cause, at, doneAt }, { now }): SmsCommand =>
      ({ type: 'TakeReceipt', submission: attempt, segmentId, ...(segments !== undefined && { segments }), state, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }), heardAt: at, doneAt, now }),
  }),
], { asked: EraseUser, done: UserErased, tables: [], fields: { [UCN_LINKS]: 'user', [SMSC_REFERENCES]: 'reference.user' } }, {
  'sms-interworking-gateway.parked-receipts': 'keep', 'sms-interworking-gateway.secrets': 'keep',
});
