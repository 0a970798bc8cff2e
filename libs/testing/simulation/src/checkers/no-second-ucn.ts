import type { Checker } from './checker.js';

/** I5: a second notification of a message leaves only when the one before is known to have failed. */
export const noSecondUcn: Checker = {
  name: 'no second UCN',
  atEnd: false,
  check: ({ history }) => {
    const failed = history.of('sms-failed');
    const submitted = history.of('submitted').filter(({ form }) => form === 'UCN');
    return submitted.flatMap(({ messageId, user, order }) => {
      const before = submitted.findLast((ucn) => ucn.messageId === messageId && ucn.user === user && ucn.order < order);
      if (!before) return [];
      const isKnownToFail = before.known && failed.some((failure) => failure.messageId === messageId && failure.user === user && failure.order > before.order && failure.order < order);
      return isKnownToFail ? [] : [`a second UCN of ${messageId} left for ${user}`];
    });
  },
};
