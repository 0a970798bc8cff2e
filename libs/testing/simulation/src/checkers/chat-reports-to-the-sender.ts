import type { Checker } from './checker.js';
import { framesOf } from './frames.js';

/** CPM-MLD-023: a report of a chat message or a file goes to the device that sent it and to no other. */
export const chatReportsToTheSender: Checker = {
  name: 'chat reports go to the sending device',
  atEnd: false,
  check: ({ history, stores }) => {
    const messages = history.messages();
    return framesOf<{ messageId: string; status: string }>(stores, 'disposition').flatMap(({ u, to, data: { messageId, status } }) => {
      const message = messages.get(messageId);
      if (!message || message.service === 'standalone') return [];
      return to.every((device) => device === message.originDevice) ? [] : [`${status} of ${messageId} of ${u} went to ${to.join(' and ')}`];
    });
  },
};
