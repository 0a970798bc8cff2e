import type { Checker } from './checker.js';

/** I7: once a message has expired, no new push, SMS or UCN of it starts. */
export const nothingAfterTheEnd: Checker = {
  name: 'nothing after expiry',
  atEnd: false,
  check: ({ history }) => {
    const messages = history.messages();
    return history
      .of('submitted')
      .filter(({ messageId, at }) => at > (messages.get(messageId)?.expiresAt ?? Infinity))
      .map(({ messageId, form, at }) => `${messageId} left as ${form} at ${at}, after its expiry`);
  },
};
