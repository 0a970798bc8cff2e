import { createHash } from 'node:crypto';
import { MAX_VALIDITY_MS } from '@cpm/domain-sms-interworking-gateway';
import { encodeSegment, planSms } from '@cpm/sms-text';
import { absoluteSmppTime, alphanumericAddress, e164Address, relativeSmppTime, type SubmitSm } from '@cpm/smpp';
import { msisdnOf } from '@cpm/vocabulary';
import type { GatewayConfig } from './gateway-config.js';
import type { SmsSubmission } from './sms-submission.js';

const FINAL_STATES = 1;

/** The submission can never be made; the message is the reason for the journey. */
export class UnsubmittableError extends Error {
  override readonly name = 'UnsubmittableError';
}

type SegmentSettings = Pick<GatewayConfig, 'SMPP_VALIDITY' | 'SMPP_SENDER_NAME'>;

/**
 * The submit_sm of each segment, in order. Another attempt gives the same concatenation reference, so that a handset puts
 * a repeated part in the place of the first. @throws UnsubmittableError or SmsTextRefusedError
 */
export function segmentsOf({ user, smsId, text, expiresAt, ...from }: SmsSubmission, now: number, settings: SegmentSettings): SubmitSm[] {
  const msisdn = msisdnOf(user);
  if (msisdn === undefined) throw new UnsubmittableError('the recipient has no telephone number');
  const plan = planSms(text);
  const reference = createHash('sha256').update(smsId).digest()[0] ?? 0;
  const message = {
    source: sourceOf(from, settings),
    destination: e164Address(msisdn),
    registeredDelivery: FINAL_STATES,
    validityPeriod: validity(expiresAt, now, settings),
  };
  return plan.segments.map((_, index) => {
    const { shortMessage, ...coding } = encodeSegment(plan, index, reference);
    return { ...message, ...coding, shortMessage: Uint8Array.from(shortMessage), userMessageReference: messageReference(smsId, index) };
  });
}

/** A receipt names it where the response that would have named the message is lost: 16 bits, the same in another attempt. */
function messageReference(smsId: string, index: number): number {
  return createHash('sha256').update(`${smsId}|${index}`).digest().readUInt16BE();
}

function sourceOf({ sender, source }: Pick<SmsSubmission, 'sender' | 'source'>, { SMPP_SENDER_NAME }: SegmentSettings): SubmitSm['source'] {
  const msisdn = source ?? msisdnOf(sender);
  return msisdn === undefined ? alphanumericAddress(SMPP_SENDER_NAME) : e164Address(msisdn);
}

function validity(expiresAt: number, now: number, { SMPP_VALIDITY }: SegmentSettings): string {
  const leftMs = Math.min(expiresAt - now, MAX_VALIDITY_MS);
  return SMPP_VALIDITY === 'relative' ? relativeSmppTime(leftMs) : absoluteSmppTime(new Date(now + leftMs));
}
