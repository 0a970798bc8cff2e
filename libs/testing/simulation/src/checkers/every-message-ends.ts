import type { Checker } from './checker.js';

/** Every accepted message is planned for every recipient and comes to an end there; nothing stays open for ever. */
export const everyMessageEnds: Checker = {
  name: 'every accepted message ends',
  atEnd: true,
  check: ({ history, stores }) => {
    const deliveries = new Map((stores.get('routing')?.aggregates('delivery') ?? []).map((delivery) => [delivery.stored.id, delivery]));
    return history.of('accepted').flatMap(({ messageId, to }) =>
      to.flatMap((recipient) => {
        const delivery = deliveries.get(`${recipient}|${messageId}`);
        if (!delivery) return [`${messageId} was never planned for ${recipient}`];
        return delivery.open ? [`${messageId} is still open for ${recipient}: ${JSON.stringify((delivery.stored.state as { legs?: unknown }).legs)}`] : [];
      }),
    );
  },
};
