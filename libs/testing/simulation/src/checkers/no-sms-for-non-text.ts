import type { Checker } from './checker.js';

/** I6: content that is no text never leaves as SMS, only as an Undelivered Content Notification; and a text as SMS, unless the operator allows less of that meanwhile, or its recipient wants a device to be notified only. */
export const noSmsForNonText: Checker = {
  name: 'no SMS for non-text content',
  atEnd: false,
  check: ({ history }) => {
    const messages = history.messages();
    const isNarrowed = history.of('policy').some(({ names }) => names.includes('sms.interworking') || names.includes('sms.maxSegments'));
    const wishes = history.of('notified-only');
    return history.of('submitted').flatMap(({ messageId, user, form, order }) => {
      const message = messages.get(messageId);
      if ((form === 'SMS') === message?.text) return [];
      const isWished = wishes.some((wish) => wish.user === user && wish.order < order && wish.services.some((service) => service === message?.service));
      return form === 'UCN' && (isNarrowed || isWished) ? [] : [`${messageId} left as ${form}`];
    });
  },
};
