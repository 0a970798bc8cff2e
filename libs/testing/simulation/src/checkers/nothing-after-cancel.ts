import type { Checker } from './checker.js';
import { framesOf } from './frames.js';
import { isToldWithOthers } from './told-with-others.js';

const OFFERS = ['file-transfer.invited', 'file-transfer.accepted'];

interface AboutFile {
  readonly id: string;
  readonly recipient?: string;
  readonly reason?: string;
  readonly outcome?: string;
}

/** I7: what its sender took back is not offered, pushed or texted any more. */
export const nothingAfterCancel: Checker = {
  name: 'nothing after cancellation',
  atEnd: false,
  check: ({ history, stores }) => {
    const cancelled = framesOf<AboutFile>(stores, 'file-transfer.ended', 'message.revoked').filter(({ data }) => data.reason === 'cancelled-by-sender' || data.outcome === 'revoked');
    // Frames that name a recipient are the sender's.
    const offers = framesOf<AboutFile>(stores, ...OFFERS).filter(({ data }) => data.recipient === undefined);
    const withdrawals = framesOf<AboutFile>(stores, 'file-transfer.cancelled');
    const texts = history.of('submitted');
    const endFor = (user: string) => (messageId: string) => cancelled.find(({ data }) => data.id === messageId && data.recipient === user)?.at ?? Infinity;
    return [
      ...cancelled.flatMap(({ at, data: { id, recipient } }) => texts
        .filter((text) => text.messageId === id && text.user === recipient && text.at > at && !isToldWithOthers(text, history.of('attempted'), endFor(text.user)))
        .map(({ form }) => `${id} left as ${form} for ${recipient} after it was taken back`)),
      ...withdrawals.filter(({ data }) => data.reason === 'cancelled-by-sender' || data.reason === 'expired').flatMap(({ u, n, to, data: { id, reason } }) => offers
        .filter((offer) => offer.u === u && offer.data.id === id && offer.n > n && offer.to.some((device) => to.includes(device)))
        .map(({ type }) => `${id}: ${type} to ${u} after it was withdrawn (${reason})`)),
    ];
  },
};
