import type { Checker } from './checker.js';

/** I6: content that is no text never leaves as SMS, only as an Undelivered Content Notification. */
export const noSmsForNonText: Checker = {
  name: 'no SMS for non-text content',
  atEnd: false,
  check: ({ history }) => {
    const messages = history.messages();
    return history.of('submitted').filter(({ messageId, form }) => (form === 'SMS') !== messages.get(messageId)?.text).map(({ messageId, form }) => `${messageId} left as ${form}`);
  },
};
