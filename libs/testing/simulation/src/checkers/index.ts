import { atMostOneWinner } from './at-most-one-winner.js';
import { chatReachesMembers } from './chat-reaches-members.js';
import { chatReportsToTheSender } from './chat-reports-to-the-sender.js';
import type { Checker } from './checker.js';
import { dueReportsArrive } from './due-reports-arrive.js';
import { everyMessageEnds } from './every-message-ends.js';
import { filesEndOnce } from './files-end-once.js';
import { groupReportsFromParticipants } from './group-reports-from-participants.js';
import { messagesInOrder } from './messages-in-order.js';
import { networkKeepsWhatIsKnown } from './network-keeps-what-is-known.js';
import { noReportAgainstPrivacy } from './no-report-against-privacy.js';
import { noReportUnasked } from './no-report-unasked.js';
import { noSecondUcn } from './no-second-ucn.js';
import { noSmsForNonText } from './no-sms-for-non-text.js';
import { nothingAfterCancel } from './nothing-after-cancel.js';
import { nothingAfterTheEnd } from './nothing-after-the-end.js';
import { nothingLeftOfTheErased } from './nothing-left-of-the-erased.js';
import { oneReportPerRecipientAndClass } from './one-report-per-recipient-and-class.js';
import { repliesFindTheirSession } from './replies-find-their-session.js';
import { rowsHaveTheirHead } from './rows-have-their-head.js';
import { cursorsRise, poisonGoesAside, runtimePromises } from './runtime-promises.js';
import { sessionsAreKept } from './sessions-are-kept.js';
import { sessionsEnd } from './sessions-end.js';
import { smsOnlyOnce } from './sms-only-once.js';
import { smsOrIpNotBoth } from './sms-or-ip-not-both.js';
import { storeHasEveryMessage } from './store-has-every-message.js';

export type { Checker } from './checker.js';

export const CHECKERS: readonly Checker[] = [
  oneReportPerRecipientAndClass, noReportUnasked, noReportAgainstPrivacy, chatReportsToTheSender, groupReportsFromParticipants, atMostOneWinner, messagesInOrder,
  noSmsForNonText, smsOrIpNotBoth, smsOnlyOnce, noSecondUcn, nothingAfterTheEnd, nothingAfterCancel, runtimePromises, cursorsRise,
  everyMessageEnds, chatReachesMembers, filesEndOnce, sessionsEnd, sessionsAreKept, repliesFindTheirSession, dueReportsArrive, storeHasEveryMessage, poisonGoesAside,
  nothingLeftOfTheErased, rowsHaveTheirHead, networkKeepsWhatIsKnown,
];
