import { mediaType, type Message, type Policy, type SessionBinding } from '@cpm/vocabulary';
import { judgeSmsText } from '@cpm/sms-text';
import type { LegReason } from '../delivery/leg.js';
import { smsTextOf } from './sms-text.js';

/** Septets of text in one part of a concatenated short message: no encoding and no national table holds more characters. */
const MOST_CHARACTERS_PER_SEGMENT = 153;

/** CPM-MLD-028a: whether a message can go to the Primary as SMS (`text-fits-sms`), or why not. */
export function smsFitOf(message: Message, policy: Policy, binding: SessionBinding | null = null): LegReason {
  const text = smsTextOf(message, binding);
  if (mediaType(message.contentType) !== 'text/plain' || text === undefined) return 'not-text';
  if (!policy['sms.interworking']) return 'sms-interworking-off';
  const maxSegments = policy['sms.maxSegments'];
  // A text too long at a glance is not planned character by character.
  if (text.length > Math.max(160, maxSegments * MOST_CHARACTERS_PER_SEGMENT)) return 'text-too-long';
  const verdict = judgeSmsText(text, policy['sms.nationalLanguages']);
  if (!verdict.accepted) return verdict.refusal === 'too-many-segments' ? 'text-too-long' : 'text-not-sendable';
  return verdict.plan.segments.length <= maxSegments ? 'text-fits-sms' : 'text-too-long';
}
