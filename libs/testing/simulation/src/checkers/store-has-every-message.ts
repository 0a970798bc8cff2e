import type { Checker } from './checker.js';
import { deliveriesOf } from './routing-state.js';

/** Sender and recipients find every accepted message in their stores, once; of a session what was relayed and planned for them. What was taken back is removed, and then forgotten. */
export const storeHasEveryMessage: Checker = {
  name: 'the store has every message',
  atEnd: true,
  check: ({ history, stores }) => {
    const rows = stores.get('message-store-sync')?.rows('objects') ?? new Map<string, unknown>();
    const deliveries = deliveriesOf(stores);
    return [...history.lasting().values()].flatMap(({ messageId, service, from, to }) => {
      if (service === 'chat' && to.length === 0) return [];
      const isTheirs = (recipient: string) => deliveries.get(`${recipient}|${messageId}`)?.state.revoked !== true;
      const recipients = (service === 'chat' ? to.filter((recipient) => deliveries.has(`${recipient}|${messageId}`)) : to).filter(isTheirs);
      return [`${from}|out-${messageId}`, ...recipients.map((recipient) => `${recipient}|in-${messageId}`)].filter((id) => !rows.has(id)).map((id) => `${id} is not in the store`);
    });
  },
};
