import type { Checker } from './checker.js';

/** Sender and recipients find every accepted message in their stores, once. */
export const storeHasEveryMessage: Checker = {
  name: 'the store has every message',
  atEnd: true,
  check: ({ history, stores }) => {
    const rows = stores.get('message-store-sync')?.rows('objects') ?? new Map<string, unknown>();
    return history.of('accepted').flatMap(({ messageId, from, to }) =>
      [`${from}|out-${messageId}`, ...to.map((recipient) => `${recipient}|in-${messageId}`)].filter((id) => !rows.has(id)).map((id) => `${id} is not in the store`),
    );
  },
};
