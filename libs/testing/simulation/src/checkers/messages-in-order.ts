import type { Checker } from './checker.js';
import { framesOf } from './frames.js';
import { deliveriesOf } from './routing-state.js';

/** Of the messages of a session that a device got as they were said, it gets none before one that the focus had placed earlier. */
export const messagesInOrder: Checker = {
  name: 'messages of a session come in order',
  atEnd: false,
  check: ({ history, stores }) => {
    const place = new Map(history.of('relayed').map(({ message }, position) => [message.id, position]));
    const deliveries = deliveriesOf(stores);
    const lines = new Map<string, string[]>();
    for (const { u, to, data: { id, sessionId } } of framesOf<{ id: string; sessionId: string }>(stores, 'session.message')) {
      if (!place.has(id)) continue;
      const journey = deliveries.get(`${u}|${id}`)?.journey ?? [];
      for (const device of to) {
        // What waited for the device comes when it can.
        if (journey.find((entry) => entry.device === device)?.form !== 'FULL') continue;
        const line = `${device} in ${sessionId}`;
        if (!lines.get(line)?.includes(id)) lines.set(line, [...(lines.get(line) ?? []), id]);
      }
    }
    return [...lines].flatMap(([line, ids]) => ids.flatMap((id, at) => {
      const before = ids[at - 1];
      return before !== undefined && (place.get(before) ?? 0) > (place.get(id) ?? 0) ? [`${line}: ${before} came before ${id}`] : [];
    }));
  },
};
