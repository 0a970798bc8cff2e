import type { Checker } from './checker.js';

/** I6: content that is no text never leaves as SMS, only as an Undelivered Content Notification; and a text as SMS, unless the operator allows less of that meanwhile. */
export const noSmsForNonText: Checker = {
  name: 'no SMS for non-text content',
  atEnd: false,
  check: ({ history }) => {
    const messages = history.messages();
    const isNarrowed = history.of('policy').some(({ names }) => names.includes('sms.interworking') || names.includes('sms.maxSegments'));
    return history.of('submitted').filter(({ messageId, form }) => (form === 'SMS') !== messages.get(messageId)?.text && (form === 'SMS' || !isNarrowed)).map(({ messageId, form }) => `${messageId} left as ${form}`);
  },
};
