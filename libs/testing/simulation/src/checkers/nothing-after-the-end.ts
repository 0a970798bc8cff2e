import type { Checker } from './checker.js';
import { isToldWithOthers } from './told-with-others.js';

/** I7: once a message has expired, no new push, SMS or UCN of it starts. */
export const nothingAfterTheEnd: Checker = {
  name: 'nothing after expiry',
  atEnd: false,
  check: ({ history }) => {
    const messages = history.messages();
    const endOf = (messageId: string) => messages.get(messageId)?.expiresAt ?? Infinity;
    return history
      .of('submitted')
      .filter((text) => text.at > endOf(text.messageId) && !isToldWithOthers(text, history.of('attempted'), endOf))
      .map(({ messageId, form, at }) => `${messageId} left as ${form} at ${at}, after its expiry`);
  },
};
