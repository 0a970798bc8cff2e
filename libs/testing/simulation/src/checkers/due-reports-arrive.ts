import type { Checker } from './checker.js';

/** A delivery that was asked for and happened is reported in the end: exactly once, with the first checker. */
export const dueReportsArrive: Checker = {
  name: 'due reports arrive',
  atEnd: true,
  check: ({ history, stores, devices }) => {
    const frames = [...(stores.get('client-edge')?.rows('frames').values() ?? [])].filter((row) => row['type'] === 'disposition').map((row) => row['data'] as { messageId: string; recipient: string; status: string });
    const accepted = new Map(history.of('accepted').map((message) => [message.messageId, message]));
    return history.of('acknowledged').flatMap(({ device, messageId }) => {
      const message = accepted.get(messageId);
      const recipient = devices.get(device).user;
      if (!message?.requested.includes('positive-delivery')) return [];
      const told = frames.some((frame) => frame.messageId === messageId && frame.recipient === recipient && (frame.status === 'delivered' || frame.status === 'failed'));
      return told ? [] : [`${messageId} was delivered to ${recipient}, its sender was never told`];
    });
  },
};
