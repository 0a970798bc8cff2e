import type { Checker } from './checker.js';
import { framesOf, type FrameOf } from './frames.js';

interface Ended {
  readonly id: string;
  readonly recipient: string;
  readonly reason: string;
}

/** The sender of a file hears for each recipient how its transfer ended, and never two ends; I7: after that it is offered to nobody. */
export const filesEndOnce: Checker = {
  name: 'files end once',
  atEnd: true,
  check: ({ history, stores }) => {
    const ended = framesOf<Ended>(stores, 'file-transfer.ended');
    const invited = framesOf<{ id: string }>(stores, 'file-transfer.invited');
    const removed = new Set(history.of('device-removed').map(({ device }) => device));
    return [...history.lasting().values()].filter(({ service, originDevice }) => service === 'file-transfer' && !removed.has(originDevice)).flatMap(({ messageId, to }) =>
      [...new Set(to)].flatMap((recipient) => {
        const ends = ended.filter(({ data }) => data.id === messageId && data.recipient === recipient);
        const [first] = ends;
        if (!first) return [`nobody was told how ${messageId} to ${recipient} ended`];
        return [...otherEnds(messageId, first, ends), ...offeredAfter(messageId, first, invited.filter(({ u, data }) => u === recipient && data.id === messageId))];
      }),
    );
  },
};

function otherEnds(messageId: string, first: FrameOf<Ended>, ends: readonly FrameOf<Ended>[]): string[] {
  const reasons = new Set(ends.map(({ data }) => data.reason));
  return reasons.size === 1 ? [] : [`${messageId} to ${first.data.recipient} ended as ${[...reasons].join(' and as ')}`];
}

function offeredAfter(messageId: string, end: FrameOf<Ended>, invited: readonly FrameOf<unknown>[]): string[] {
  return invited.filter(({ at }) => at > end.at).map(({ to }) => `${messageId} was offered to ${to.join()} after it had ended (${end.data.reason})`);
}
