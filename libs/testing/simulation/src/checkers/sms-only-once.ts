import type { Checker } from './checker.js';

/** No second SMS or UCN for a message, but after a submission whose outcome is unknown, or one that is known to have failed. */
export const smsOnlyOnce: Checker = {
  name: 'no second SMS',
  atEnd: false,
  check: ({ history }) => {
    const received = new Map<string, number>();
    for (const { messageId, user, form } of history.of('sms-received')) {
      const key = `${messageId} ${user} ${form}`;
      received.set(key, (received.get(key) ?? 0) + 1);
    }
    return [...received].filter(([, count]) => count > 1).map(([key, count]) => `${key} received ${count} times`);
  },
};
