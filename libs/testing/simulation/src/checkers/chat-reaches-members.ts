import type { ObjectRow } from '@cpm/domain-message-store-sync';
import type { World } from '../world.js';
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
    const failedInStore = failuresInStore(stores);
    // Of a device that is gone the report shows in the store only.
    const removed = new Set(history.of('device-removed').map(({ device }) => device));
    return [...history.lasting().values()].filter(({ service }) => service === 'chat').flatMap(({ messageId, sessionId, from, originDevice, to, requested }) => {
      if (!relayed.has(messageId)) {
        const part = parts.get(`${from}|${sessionId}`);
        if (isLeftToHim(stores, sessionId, from)) return [];
        const refused = part?.journey.some(({ reason }) => reason === 'not-in-session') ?? false;
        if (!refused) return [`${messageId} of ${from} in ${sessionId} was neither relayed nor refused`];
        const isTold = failed.has(messageId) || (removed.has(originDevice) && failedInStore.has(messageId));
        return isTold || !requested.includes('negative-delivery') ? [] : [`${messageId} was refused, ${from} was not told`];
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

/** Messages of which their sender's store says that they failed. */
function failuresInStore(stores: World['stores']): ReadonlySet<string> {
  const rows = [...(stores.get('message-store-sync')?.rows('objects').values() ?? [])] as unknown as ObjectRow[];
  return new Set(rows.flatMap(({ status, messageId }) => (status === 'failed' ? [messageId] : [])));
}
