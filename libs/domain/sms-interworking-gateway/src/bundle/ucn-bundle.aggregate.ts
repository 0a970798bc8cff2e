import type { CpmAddress } from '@cpm/vocabulary';
import { ucnSummaryRef } from '@cpm/message-tags';
import { defineAggregate, publish, type Reaction } from '@cpm/runtime-decider';
import { RecordUcnSummary } from '@cpm/contracts-message-store-sync';
import { CancelSms, ReleaseUcn, SubmitUcnSummary, UcnSetAside } from '@cpm/contracts-sms-interworking-gateway';
import { ucnBundleDecider } from './ucn-bundle.decider.js';
import type { UcnBundle, UcnBundleCommand, UcnBundleEvent } from './ucn-bundle.js';

const WINDOW = 'window';
const KEPT_AFTER_MS = 7 * 86_400_000;

function react(event: UcnBundleEvent, user: CpmAddress): readonly Reaction[] {
  const { at } = event;
  switch (event.type) {
    case 'UcnReleased':
      return [publish(ReleaseUcn, { user, ...event.ucn, at })];
    case 'SummarySent': {
      const { summaryId, covered } = event;
      return [
        // Before the text leaves, so that a device that has it finds what it stands for.
        publish(RecordUcnSummary, { user, ref: ucnSummaryRef(summaryId, user), messageIds: covered.map(({ messageId }) => messageId), at }),
        publish(SubmitUcnSummary, { user, summaryId, covered: [...covered], at }),
      ];
    }
    case 'SummaryObsolete': {
      const { summary: { summaryId, sender, device }, reason } = event;
      return [publish(CancelSms, { user, messageId: summaryId, sender, device, attempt: SUMMARY_ATTEMPT, reason, at })];
    }
    case 'UcnWithdrawn':
      return [publish(UcnSetAside, { user, messageId: event.ucn.messageId, attempt: event.ucn.attempt, reason: event.reason, at })];
    case 'WindowOpened':
    case 'UcnCollected':
    case 'WindowEnded':
    case 'SummaryLeft':
      return [];
  }
}

/** A summary is tried once: what becomes of its messages is decided one by one. */
export const SUMMARY_ATTEMPT = 1;

/** The notifications of one user that are told together: id is the user. */
export const ucnBundle = defineAggregate<UcnBundleCommand, UcnBundle, UcnBundleEvent>({
  name: 'ucn-bundle',
  decider: ucnBundleDecider,
  react: (event, _after, { id }) => react(event, id as CpmAddress),
  ownerOf: (id) => id,
  timersOf: ({ window }): Record<string, number> => (window ? { [WINDOW]: window.endsAt } : {}),
  whenDue: (_timer, { now }) => ({ type: 'EndWindow', now }),
  isOpen: ({ window }) => window !== null,
  removableAt: ({ window, touchedAt }) => (window ? undefined : touchedAt + KEPT_AFTER_MS),
});
