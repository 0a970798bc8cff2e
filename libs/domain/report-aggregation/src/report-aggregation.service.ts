import { defineService, on } from '@cpm/runtime-decider';
import { EraseUser, SubscriberChanged, UserErased } from '@cpm/contracts-device-registry';
import { DispositionEvidence, ReportReleased } from '@cpm/contracts-report-aggregation';
import { addressing } from './report-addressing/report-addressing.js';
import { ledger, ledgerId } from './report-ledger/report-ledger.js';

/** Lets one report per class out of the recipient's log, and in the sender's log decides which of his devices get it. */
export const reportAggregation = defineService('report-aggregation', [
  on(DispositionEvidence, {
    aggregate: ledger,
    idOf: ledgerId,
    command: (evidence, { now }) => ({ evidence, now }),
  }),
  on(ReportReleased, {
    aggregate: addressing,
    idOf: ({ sender }) => sender,
    command: (report, { policy }) => ({ type: 'AddressReport' as const, report, copies: policy['reports.copyToOtherDevices'] }),
  }),
  on(SubscriberChanged, {
    aggregate: addressing,
    idOf: ({ user }) => user,
    command: (snapshot) => ({ type: 'LearnSender' as const, snapshot }),
  }),
], { asked: EraseUser, done: UserErased, tables: [] });
