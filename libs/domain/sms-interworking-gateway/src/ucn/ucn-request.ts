import type { SubmitUcn } from '@cpm/contracts-sms-interworking-gateway';
import { LINK_PLACE } from '@cpm/sms-text';
import type { Policy } from '@cpm/vocabulary';
import type { SmsRequest } from '../sms/sms.js';
import { ucnText } from './ucn-text.js';

/** CPM-MLD-033: a notification carries a link where policy says so and its text has a place for one, which stays open until the SMS leaves. */
export function ucnRequest({ at: _at, contentType, size, language, ...leg }: SubmitUcn, policy: Pick<Policy, 'ucn.text' | 'ucn.includeUrl' | 'ucn.linkMaxUses'>): SmsRequest {
  const subject = { messageId: leg.messageId, recipient: leg.user, sender: leg.sender, contentType, size, expiresAt: leg.expiresAt, ...(language !== undefined && { language }) };
  const text = ucnText(subject, policy, policy['ucn.includeUrl'] ? LINK_PLACE : '');
  return { ...leg, text, form: 'UCN', ...(text.includes(LINK_PLACE) && { link: { maxUses: policy['ucn.linkMaxUses'] } }) };
}
