import type { Checker } from './checker.js';

/** I6: content that is no text never leaves as SMS, only as an Undelivered Content Notification. */
export const noSmsForNonText: Checker = {
  name: 'no SMS for non-text content',
  atEnd: false,
  check: ({ history }) => {
    const text = new Map(history.of('accepted').map((message) => [message.messageId, message.text]));
    return history.of('submitted').filter(({ messageId, form }) => (form === 'SMS') !== text.get(messageId)).map(({ messageId, form }) => `${messageId} left as ${form}`);
  },
};
