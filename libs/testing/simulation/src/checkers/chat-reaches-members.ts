import type { Checker } from './checker.js';
import { framesOf } from './frames.js';
import { deliveriesOf, isLeftToHim, participationsOf } from './routing-state.js';

/** What a participant says is relayed or refused with a report, and ends at every member that the focus relayed it to, unless he left meanwhile. */
export const chatReachesMembers: Checker = {
  name: 'what is said reaches the members',
  atEnd: true,
  check: ({ history, stores }) => {
    const deliveries = deliveriesOf(stores);
    const parts = participationsOf(stores);
    const relayed = new Set(history.of('relayed').map(({ message }) => message.id));
    const failed = new Set(framesOf<{ messageId: string; status: string }>(stores, 'disposition').flatMap(({ data }) => (data.status === 'failed' ? [data.messageId] : [])));
    return [...history.lasting().values()].filter(({ service }) => service === 'chat').flatMap(({ messageId, sessionId, from, to, requested }) => {
      if (!relayed.has(messageId)) {
        const part = parts.get(`${from}|${sessionId}`);
        if (isLeftToHim(stores, sessionId, from)) return [];
        const refused = part?.journey.some(({ reason }) => reason === 'not-in-session') ?? false;
        if (!refused) return [`${messageId} of ${from} in ${sessionId} was neither relayed nor refused`];
        return failed.has(messageId) || !requested.includes('negative-delivery') ? [] : [`${messageId} was refused, ${from} was not told`];
      }
      return to.flatMap((recipient) => {
        const delivery = deliveries.get(`${recipient}|${messageId}`);
        if (delivery) return delivery.open ? [`${messageId} is still open for ${recipient}: ${JSON.stringify(delivery.state.legs)}`] : [];
        const { session, status } = parts.get(`${recipient}|${sessionId}`)?.state ?? {};
        return status === 'left' && session?.kind !== 'one-to-one' ? [] : [`${messageId} was never planned for ${recipient}`];
      });
    });
  },
};
