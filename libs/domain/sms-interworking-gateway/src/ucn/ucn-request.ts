import type { SubmitUcn, SubmitUcnSummary } from '@cpm/contracts-sms-interworking-gateway';
import { LINK_PLACE } from '@cpm/sms-text';
import type { Policy } from '@cpm/vocabulary';
import { SUMMARY_ATTEMPT } from '../bundle/ucn-bundle.aggregate.js';
import type { SmsRequest } from '../sms/sms.js';
import { summaryText, ucnText } from './ucn-text.js';

type UcnPolicy = Pick<Policy, 'ucn.text' | 'ucn.includeUrl' | 'ucn.linkMaxUses' | 'ucn.aggregateWindowSec'>;

/** CPM-MLD-033: a notification carries a link where policy says so and its text has a place for one, which stays open until the SMS leaves. */
export function ucnRequest({ at: _at, contentType, size, language, ...leg }: SubmitUcn, policy: UcnPolicy): SmsRequest {
  const subject = { messageId: leg.messageId, recipient: leg.user, sender: leg.sender, contentType, size, expiresAt: leg.expiresAt, ...(language !== undefined && { language }) };
  const text = ucnText(subject, policy, policy['ucn.includeUrl'] ? LINK_PLACE : '');
  const offered = { contentType, size, ...(language !== undefined && { language }) };
  return {
    ...leg, text, form: 'UCN',
    ...(text.includes(LINK_PLACE) && { link: { maxUses: policy['ucn.linkMaxUses'] } }),
    ...(policy['ucn.aggregateWindowSec'] > 0 && { offered }),
  };
}

/** CPM-MLD-029: one text for all of them. It is worth sending as long as the last of them can be obtained, and carries no link: a link shows one message. */
export function summaryRequest({ user, summaryId, covered }: SubmitUcnSummary, policy: Pick<Policy, 'ucn.summaryText'>): SmsRequest {
  const { sender, device } = covered.at(-1) as (typeof covered)[number];
  return {
    user, messageId: summaryId, sender, device, attempt: SUMMARY_ATTEMPT, form: 'UCN',
    text: summaryText({ summaryId, recipient: user, covered }, policy),
    expiresAt: Math.max(...covered.map(({ expiresAt }) => expiresAt)),
    covered: covered.map(({ messageId, attempt, sessionId, ...one }) => ({ messageId, attempt, sender: one.sender, device: one.device, ...(sessionId !== undefined && { sessionId }) })),
    ...(new Set(covered.map((one) => one.sender)).size > 1 && { manySenders: true }),
  };
}
