import { createHash } from 'node:crypto';
import { MAX_VALIDITY_MS, SHORT_CODE } from '@cpm/domain-sms-interworking-gateway';
import { encodeSegment, planSms, type SmsPlan } from '@cpm/sms-text';
import { absoluteSmppTime, alphanumericAddress, e164Address, relativeSmppTime, type SmppAddress, type SubmitSm } from '@cpm/smpp';
import { msisdnOf } from '@cpm/vocabulary';
import type { SmsSubmission } from './sms-submission.js';
import type { SmscSettings } from './smsc-settings.js';

const FINAL_STATES = 1;
/** A concatenation counts its parts in an octet. */
const SEGMENTS_MOST = 256;

/** The submission can never be made; the message is the reason for the journey. */
export class UnsubmittableError extends Error {
  override readonly name = 'UnsubmittableError';
}

/** What an SMSC that refused a text is offered instead. */
export interface SegmentChanges {
  readonly defaultSender?: boolean;
  readonly withoutTlvs?: boolean;
}

type SourceSettings = Pick<SmscSettings, 'senderName' | 'shortCode'>;
type SegmentSettings = SourceSettings & Pick<SmscSettings, 'validity' | 'setDpf'> & SegmentChanges;

/**
 * The submit_sm of each segment, in order. Another submission gives the same concatenation reference, so that a handset puts a repeated part
 * in the place of the first; only another attempt of routing, taken when policy allows other tables, has other parts. @throws UnsubmittableError or SmsTextRefusedError
 */
export function segmentsOf({ user, smsId, attempt, text, nationalLanguages, expiresAt, ...from }: SmsSubmission, now: number, settings: SegmentSettings): SubmitSm[] {
  // What waited for its turn beyond its life would reach the handset with the shortest validity there is.
  if (now >= expiresAt) throw new UnsubmittableError('the message has expired');
  const plan = planSms(text, nationalLanguages);
  const reference = concatenationReference(smsId, plan);
  const message = {
    source: settings.defaultSender ? namedSender(settings) : sourceOf(from, settings),
    destination: destinationOf(user),
    registeredDelivery: FINAL_STATES,
    validityPeriod: validityOf(expiresAt, now, settings),
    ...(settings.setDpf && !settings.withoutTlvs && { setDpf: 1 as const }),
  };
  return plan.segments.map((_, index) => {
    const { shortMessage, ...coding } = encodeSegment(plan, index, reference);
    const named = settings.withoutTlvs ? {} : { userMessageReference: messageReference(smsId, attempt, index) };
    return { ...message, ...coding, shortMessage: Uint8Array.from(shortMessage), ...named };
  });
}

function concatenationReference(smsId: string, { shift }: SmsPlan): number {
  const hash = createHash('sha256').update(smsId);
  return (shift ? hash.update(JSON.stringify(shift)) : hash).digest()[0] ?? 0;
}

/** A receipt names it where the response that would have named the message is lost: 16 bits, which differ between the tries of a text and its segments. */
function messageReference(smsId: string, attempt: number, index: number): number {
  const first = createHash('sha256').update(smsId).digest().readUInt16BE();
  return (first + attempt * SEGMENTS_MOST + index) % 0x10000;
}

/** @throws UnsubmittableError */
export function destinationOf(user: SmsSubmission['user']): SmppAddress {
  const msisdn = msisdnOf(user);
  if (msisdn === undefined) throw new UnsubmittableError('the recipient has no telephone number');
  return e164Address(msisdn);
}

/** The sender as the SMSC is told. @throws RangeError */
export function sourceOf({ sender, source, manySenders }: Pick<SmsSubmission, 'sender' | 'source' | 'manySenders'>, settings: SourceSettings): SmppAddress {
  const number = manySenders ? undefined : (source ?? msisdnOf(sender));
  return number === undefined ? namedSender(settings) : numberedSender(number, settings);
}

function namedSender(settings: SourceSettings): SmppAddress {
  return /^\d+$/.test(settings.senderName) ? numberedSender(settings.senderName, settings) : alphanumericAddress(settings.senderName);
}

function numberedSender(number: string, { shortCode }: SourceSettings): SmppAddress {
  return SHORT_CODE.test(number) ? { ...shortCode, address: number } : e164Address(number);
}

function validityOf(expiresAt: number, now: number, { validity }: SegmentSettings): string {
  const leftMs = Math.min(expiresAt - now, MAX_VALIDITY_MS);
  return validity === 'relative' ? relativeSmppTime(leftMs) : absoluteSmppTime(new Date(now + leftMs));
}
