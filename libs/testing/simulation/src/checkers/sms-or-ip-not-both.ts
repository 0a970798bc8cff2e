import type { Checker } from './checker.js';

/** Text reaches the Primary by SMS or by IP; by both only when the SMS had left before the content came by IP. */
export const smsOrIpNotBoth: Checker = {
  name: 'SMS and IP do not both reach the Primary',
  atEnd: false,
  check: ({ history, devices }) => {
    // The text reaches the new Primary, what came by IP the old one.
    const moved = new Set(history.of('sim-moved').map(({ user }) => user));
    return history.of('submitted').flatMap((sms) => {
      if (sms.form !== 'SMS' || moved.has(sms.user)) return [];
      const earlier = history.of('acknowledged').find(({ device, messageId, order, at }) => {
        const known = devices.get(device);
        // The acknowledgement needs a moment to reach routing: one of the same instant has not.
        return known.role === 'primary' && known.user === sms.user && messageId === sms.messageId && order < sms.order && at < sms.at - 1;
      });
      return earlier ? [`${sms.messageId} left as SMS at ${sms.at}, acknowledged by IP at ${earlier.at}`] : [];
    });
  },
};
