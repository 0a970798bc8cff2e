import type { Checker } from './checker.js';
import { dueReportsArrive } from './due-reports-arrive.js';
import { everyMessageEnds } from './every-message-ends.js';
import { noReportUnasked } from './no-report-unasked.js';
import { noSmsForNonText } from './no-sms-for-non-text.js';
import { nothingAfterTheEnd } from './nothing-after-the-end.js';
import { oneReportPerRecipientAndClass } from './one-report-per-recipient-and-class.js';
import { cursorsRise, poisonGoesAside, runtimePromises } from './runtime-promises.js';
import { smsOnlyOnce } from './sms-only-once.js';
import { smsOrIpNotBoth } from './sms-or-ip-not-both.js';
import { storeHasEveryMessage } from './store-has-every-message.js';

export type { Checker } from './checker.js';

export const CHECKERS: readonly Checker[] = [
  oneReportPerRecipientAndClass, noReportUnasked, noSmsForNonText, smsOrIpNotBoth, smsOnlyOnce, nothingAfterTheEnd, runtimePromises, cursorsRise,
  everyMessageEnds, dueReportsArrive, storeHasEveryMessage, poisonGoesAside,
];
