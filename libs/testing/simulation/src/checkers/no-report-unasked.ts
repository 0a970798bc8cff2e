import { type DispositionStatus, requestFor } from '@cpm/vocabulary';
import type { Checker } from './checker.js';

/** I2: nobody gets a report he did not request. */
export const noReportUnasked: Checker = {
  name: 'no report that was not requested',
  atEnd: false,
  check: ({ history }) => {
    const messages = history.messages();
    return history
      .of('reported')
      .filter(({ messageId, status }) => !messages.get(messageId)?.requested.includes(requestFor(status as DispositionStatus)))
      .map(({ messageId, status }) => `${status} of ${messageId} was not requested`);
  },
};
