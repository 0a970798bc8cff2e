import type { CpmAddress } from '@cpm/vocabulary';
import { defineAggregate, perform, publish, type JourneyEntry, type Reaction } from '@cpm/runtime-decider';
import { AccessObserved } from '@cpm/contracts-access-awareness';
import { OfferUcn, ReleaseUcn, SmsProgress, UcnSummaryProgress, WithdrawUcn } from '@cpm/contracts-sms-interworking-gateway';
import { leases } from '../lease/leases.aggregate.js';
import type { Leases } from '../lease/leases.js';
import { BEGIN_MARGIN_MS, smsDecider } from './sms.decider.js';
import { submissionOf, type CountedRefusal, type Sms, type SmsCommand, type SmsEvent, type SmsRequest, type SourceAddress, type Submission } from './sms.js';

/** The effect that brings a text to the SMSC; `attempt` is the number of the submission, which its outcome names again. */
export interface SmsSubmissionInput {
  readonly user: CpmAddress;
  readonly smsId: string;
  readonly attempt: number;
  readonly sender: CpmAddress;
  /** MSISDN to send from; absent: the sender's own. */
  readonly source?: string;
  readonly text: string;
  /** Languages whose GSM tables the text may use; absent: none. */
  readonly nationalLanguages?: SmsRequest['nationalLanguages'];
  /** The link to be kept and put into the text before it leaves. */
  readonly link?: { readonly messageId: string; readonly maxUses: number };
  readonly form: SmsRequest['form'];
  readonly expiresAt: number;
  /** Later the gateway takes the submission for lost: it must not begin any more, epoch ms. */
  readonly beginBy: number;
  /** An earlier submission of the text had an unknown outcome: this one may be a duplicate. */
  readonly mayRepeat: boolean;
  /** Which SMSCs refused it before, and how often. */
  readonly refusedBy: readonly CountedRefusal[];
  /** Nobody's number may stand for all that it tells of. */
  readonly manySenders?: true;
  /** Everybody whose message it tells of, where it tells of several. */
  readonly senders?: readonly CpmAddress[];
}

/** The effect that asks the SMSC to drop a text; `attempt` is the number of its submission, `segmentIds` are the SMSC's. */
export interface SmsCancellationInput {
  readonly user: CpmAddress;
  readonly smsId: string;
  readonly attempt: number;
  readonly sender: CpmAddress;
  /** MSISDN it was sent from; absent: the sender's own. */
  readonly source?: string;
  /** The address that the SMSC was told; absent: it was not noted. */
  readonly from?: SourceAddress;
  readonly smsc: string;
  readonly segmentIds: readonly string[];
}

const WAIT = 'wait';
const CANCELLATION = 'cancellation';
const KEPT_AFTER_MS = 7 * 86_400_000;

export function smsId(user: CpmAddress, messageId: string): string {
  return `${user}|${messageId}`;
}

function react(event: SmsEvent, after: Sms, id: string): readonly Reaction[] {
  switch (event.type) {
    case 'SubmissionBegun':
      return submit(event, after, id);
    case 'CancellationSent':
      return askBack(event, after, id);
    case 'SubmissionAccepted':
      return progress(submissionOf(after, event.number)?.request, after, { id, status: 'submitted', at: event.at });
    case 'HandsetObserved':
      return [evidence(event, ownerOf(id))];
    case 'TextDelivered':
      return progress(submissionOf(after, event.number)?.request, after, { id, status: 'delivered', at: event.at });
    case 'AttemptEnded':
      return attemptEnded(event, after, id);
    case 'UnseenCancelled':
      return [progressOf({ ...event.cancellation, form: 'SMS' }, { id, status: 'cancelled', reason: event.cancellation.reason, at: event.at })];
    default:
      return reactToBundling(event, after, id);
  }
}

function reactToBundling(event: SmsEvent, { request, attempt }: Sms, id: string): readonly Reaction[] {
  const { at } = event;
  const [user, messageId] = [ownerOf(id), messageOf(id)];
  switch (event.type) {
    case 'UcnOffered':
      return request?.offered ? [publish(OfferUcn, { user, ucn: { messageId, attempt, sender: request.sender, device: request.device, ...request.offered, expiresAt: request.expiresAt, ...(request.sessionId !== undefined && { sessionId: request.sessionId }) }, at })] : [];
    case 'UcnWithdrawn':
      return [publish(WithdrawUcn, { user, messageId, attempt, reason: event.reason, at })];
    case 'SummaryAdvanced':
      return [progressOf({ ...event.told, form: 'UCN' }, { id, status: event.status, at })];
    default:
      return [];
  }
}

function evidence({ state, cause, observedAt }: Extract<SmsEvent, { type: 'HandsetObserved' }>, user: CpmAddress): Reaction {
  return publish(AccessObserved, { user, access: 'CS', state, confidence: 'DELIVERABLE', source: 'smpp-receipt', observedAt, ...(cause !== undefined && { cause }) });
}

type Of<Type extends SmsEvent['type']> = Extract<SmsEvent, { type: Type }>;

function askBack({ number, smsc, segmentIds, source: from }: Of<'CancellationSent'>, { request }: Sms, id: string): readonly Reaction[] {
  if (!request) return [];
  const { user, sender, source } = request;
  const input: SmsCancellationInput = { user, smsId: id, attempt: number, sender, ...(source !== undefined && { source }), ...(from && { from }), smsc, segmentIds };
  return [perform('cancel-sms', input)];
}

function submit({ number, dueAt, mayRepeat }: Of<'SubmissionBegun'>, { request, refusedBy = [] }: Sms, id: string): readonly Reaction[] {
  if (!request) return [];
  const { user, messageId, sender, source, text, nationalLanguages, link, form, expiresAt, manySenders, covered } = request;
  const optional = { ...(source !== undefined && { source }), ...(nationalLanguages && { nationalLanguages }), ...(link && { link: { messageId, maxUses: link.maxUses } }), ...(manySenders && { manySenders }), ...(covered && { senders: [...new Set(covered.map((one) => one.sender))] }) };
  const input: SmsSubmissionInput = {
    user, smsId: id, attempt: number, sender, text, ...optional, form, expiresAt, beginBy: dueAt - BEGIN_MARGIN_MS, mayRepeat, refusedBy,
  };
  return [perform('submit-sms', input)];
}

function attemptEnded({ outcome: status, reason, spared = [], at }: Of<'AttemptEnded'>, after: Sms, id: string): readonly Reaction[] {
  const concerned = after.request?.covered?.filter(({ messageId }) => !spared.some((one) => one.messageId === messageId));
  return [
    ...progress(after.request, { request: after.request && { ...after.request, covered: concerned } }, { id, status, reason, at }),
    ...spared.map(({ messageId, attempt }) => publish(ReleaseUcn, { user: ownerOf(id), messageId, attempt, at })),
  ];
}

interface Told {
  readonly id: string;
  readonly status: SmsProgress['status'];
  readonly reason?: string;
  readonly at: number;
}

/** Of a summary every notification that it stands for is told, which tells routing. */
function progress(submitted: Submission['request'] | null | undefined, { request }: Pick<Sms, 'request'>, { id, ...told }: Told): readonly Reaction[] {
  if (!submitted) return [];
  const [user, summaryId] = [ownerOf(id), messageOf(id)];
  if (request?.covered) return request.covered.map(({ sessionId: _sessionId, ...covered }) => publish(UcnSummaryProgress, { user, ...covered, summaryId, ...told }));
  return [progressOf(submitted, { id, ...told })];
}

function progressOf({ attempt, form, device, sender }: Submission['request'], { id, ...told }: Told): Reaction {
  return publish(SmsProgress, { user: ownerOf(id), messageId: messageOf(id), sender, device, attempt, form, ...told });
}

/** One line of the journey; undefined for what a person need not know. */
function lineOf(event: SmsEvent): { readonly step: string; readonly reason?: string } | undefined {
  switch (event.type) {
    case 'TextTaken':
      return { step: `${event.request.form} taken`, reason: `attempt ${event.request.attempt}` };
    case 'UcnOffered':
      return { step: 'leaves now, or with others when their window ends' };
    case 'SummaryAdvanced':
      return { step: event.status === 'submitted' ? 'told of by a summary' : 'summary delivered to the handset', reason: event.told.summaryId };
    case 'SubmissionBegun':
      return { step: `submission ${event.number} to the SMSC`, ...(event.mayRepeat && { reason: 'possible duplicate: an earlier outcome is unknown' }) };
    case 'SubmissionAccepted':
      return { step: `accepted by the SMSC in ${event.segmentIds.length} segment(s)` };
    case 'RetryPlanned':
      return { step: `refused for now, next try in ${Math.round((event.dueAt - event.at) / 1000)} s`, reason: event.reason };
    case 'SegmentReported':
      return { step: `receipt ${event.state} of segment ${event.segmentId}`, ...(event.error !== undefined && event.state !== 'DELIVERED' && { reason: `error ${event.error}` }) };
    case 'TextDelivered':
      return { step: 'delivered to the handset' };
    case 'AttemptEnded':
      return { step: event.outcome === 'unknown' ? 'outcome unknown' : event.outcome, reason: event.reason };
    case 'CancellationTaken':
      return { step: 'cancellation asked for while it is being submitted', reason: event.reason };
    case 'CancellationSent':
      return { step: 'the SMSC is asked to drop it' };
    case 'CancellationRefused':
      return { step: 'the SMSC did not drop it', reason: event.reason };
    case 'UnseenCancelled':
      return { step: 'cancelled before it was taken', reason: event.cancellation.reason };
    case 'UcnWithdrawn':
      return { step: 'need not be told of any more, if nothing tells of it yet', reason: event.reason };
    case 'AnswerOverdue':
    case 'ReceiptAwaited':
    case 'HandsetObserved':
      return undefined;
  }
}

function journalOf(event: SmsEvent, { request }: Sms): JourneyEntry | undefined {
  const line = lineOf(event);
  return line && { at: event.at, ...line, ...(request && { device: request.device, form: request.form }) };
}

function ownerOf(id: string): CpmAddress {
  return id.slice(0, id.indexOf('|')) as CpmAddress;
}

function messageOf(id: string): string {
  return id.slice(id.indexOf('|') + 1);
}

/** The texts of one message to one Primary: id `user|messageId`. */
export const sms = defineAggregate<SmsCommand, Sms, SmsEvent, Leases>({
  name: 'sms',
  decider: smsDecider,
  react: (event, after, { id }) => react(event, after, id),
  ownerOf,
  view: { aggregate: leases, idOf: ownerOf },
  messageOf,
  isOfOneMessage: true,
  timersOf: ({ dueAt, cancelDueAt }) => ({ ...(dueAt !== null && { [WAIT]: dueAt }), ...(typeof cancelDueAt === 'number' && { [CANCELLATION]: cancelDueAt }) }),
  whenDue: (_timer, { now, view }) => ({ type: 'EndWait', optOuts: view.optOuts, now }),
  journalOf: (event, _context, after) => journalOf(event, after),
  isOpen: ({ status }) => status !== 'none' && status !== 'ended',
  removableAt: ({ status, request, touchedAt }) =>
    status === 'ended' ? Math.max(request?.expiresAt ?? 0, touchedAt) + KEPT_AFTER_MS : undefined,
});
