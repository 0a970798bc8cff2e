import type { Checker } from './checker.js';
import { framesOf } from './frames.js';

/** A delivery that was asked for and happened is reported in the end: exactly once, with the first checker. */
export const dueReportsArrive: Checker = {
  name: 'due reports arrive',
  atEnd: true,
  check: ({ history, stores, devices }) => {
    const told = framesOf<{ messageId: string; recipient: string; status: string }>(stores, 'disposition').filter(({ data: { status } }) => status === 'delivered' || status === 'failed');
    const messages = history.lasting();
    // A device that opened the message from the store got no frame: it proves nothing.
    const got = new Set(history.of('received').map(({ device, messageId }) => `${device} ${messageId}`));
    // What its sending device, which is gone, would hear is in the store only.
    const removed = new Set(history.of('device-removed').map(({ device }) => device));
    return history.of('acknowledged').flatMap(({ device, messageId }) => {
      const recipient = devices.get(device).user;
      const message = messages.get(messageId);
      if (!message?.requested.includes('positive-delivery') || !message.to.includes(recipient) || removed.has(message.originDevice) || !got.has(`${device} ${messageId}`)) return [];
      const isTold = told.some(({ data }) => data.messageId === messageId && data.recipient === recipient);
      return isTold ? [] : [`${messageId} was delivered to ${recipient}, its sender was never told`];
    });
  },
};
