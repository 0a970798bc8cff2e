import { deliveriesOf } from './routing-state.js';
import type { Checker } from './checker.js';

/** Every accepted message is planned for every recipient and comes to an end there; nothing stays open for ever. */
export const everyMessageEnds: Checker = {
  name: 'every accepted message ends',
  atEnd: true,
  check: ({ history, stores }) => {
    const deliveries = deliveriesOf(stores);
    return [...history.lasting().values()].filter(({ service }) => service !== 'chat').flatMap(({ messageId, to }) =>
      to.flatMap((recipient) => {
        const delivery = deliveries.get(`${recipient}|${messageId}`);
        if (!delivery) return [`${messageId} was never planned for ${recipient}`];
        return delivery.open ? [`${messageId} is still open for ${recipient}: ${JSON.stringify(delivery.state.legs)}`] : [];
      }),
    );
  },
};
