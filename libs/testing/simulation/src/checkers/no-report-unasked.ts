import { type DispositionStatus, requestFor } from '@cpm/vocabulary';
import type { Checker } from './checker.js';

/** I2: nobody gets a report he did not request. */
export const noReportUnasked: Checker = {
  name: 'no report that was not requested',
  atEnd: false,
  check: ({ history }) => {
    const requested = new Map(history.of('accepted').map((message) => [message.messageId, message.requested]));
    return history
      .of('reported')
      .filter(({ messageId, status }) => !requested.get(messageId)?.includes(requestFor(status as DispositionStatus)))
      .map(({ messageId, status }) => `${status} of ${messageId} was not requested`);
  },
};
