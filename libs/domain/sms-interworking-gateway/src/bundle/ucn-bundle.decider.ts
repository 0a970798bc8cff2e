import type { Instant } from '@cpm/vocabulary';
import { concluding, type Decider } from '@cpm/runtime-decider';
import { evolveUcnBundle, isSame, MOST_COVERED, NO_BUNDLE, type OfferedUcn, type UcnBundle, type UcnBundleCommand, type UcnBundleEvent } from './ucn-bundle.js';

type Of<Type extends UcnBundleCommand['type']> = Extract<UcnBundleCommand, { type: Type }>;

/**
 * CPM-MLD-029: the first notification leaves at once and opens a window; what comes within it is told by one summary when it ends. Nothing
 * is told twice, and nothing that was withdrawn before.
 */
export const ucnBundleDecider: Decider<UcnBundleCommand, UcnBundle, UcnBundleEvent> = {
  initial: NO_BUNDLE,
  decide: (command, state) => {
    const { now } = command;
    switch (command.type) {
      case 'Offer':
        return conclude(state, (known) => endIfOver(known, now), (known) => offer(command, known), (known) => endIfFull(known, now));
      case 'Withdraw':
        return withdraw(command, state);
      case 'EndWindow':
        return endIfOver(state, now);
    }
  },
  evolve: evolveUcnBundle,
};

const conclude = concluding(evolveUcnBundle);

function offer({ ucn, windowMs, now: at }: Of<'Offer'>, { window, seen }: UcnBundle): readonly UcnBundleEvent[] {
  if (seen.some(({ messageId, attempt }) => messageId === ucn.messageId && attempt >= ucn.attempt)) return [];
  if (window) return [{ type: 'UcnCollected', ucn, at }];
  const released: UcnBundleEvent = { type: 'UcnReleased', ucn: keyOf(ucn), at };
  return windowMs > 0 ? [released, { type: 'WindowOpened', endsAt: at + windowMs, at }] : [released];
}

function withdraw({ ucn, reason, now: at }: Of<'Withdraw'>, { window, summaries }: UcnBundle): readonly UcnBundleEvent[] {
  if (window?.collected.some((one) => isSame(one, ucn))) return [{ type: 'UcnWithdrawn', ucn, reason, at }];
  const summary = summaries.find(({ open }) => open.some((one) => isSame(one, ucn)));
  if (!summary) return [];
  if (summary.open.length === 1) return [{ type: 'SummaryObsolete', summary, reason, at }];
  return [{ type: 'SummaryLeft', summaryId: summary.summaryId, ucn, at }];
}

function endIfOver(state: UcnBundle, at: Instant): readonly UcnBundleEvent[] {
  return state.window && state.window.endsAt <= at ? endWindow(state.window.collected, state.number + 1, at) : [];
}

function endIfFull({ window, number }: UcnBundle, at: Instant): readonly UcnBundleEvent[] {
  return window && window.collected.length >= MOST_COVERED ? endWindow(window.collected, number + 1, at) : [];
}

/** One alone is told of by its own text, which says more. */
function endWindow(collected: readonly OfferedUcn[], number: number, at: Instant): readonly UcnBundleEvent[] {
  const covered = collected.filter(({ expiresAt }) => expiresAt > at);
  const [first] = covered;
  const expired = collected.filter((one) => !covered.includes(one));
  const ended: readonly UcnBundleEvent[] = [...expired.map((one) => ({ type: 'UcnWithdrawn' as const, ucn: keyOf(one), reason: 'expired', at })), { type: 'WindowEnded', at }];
  if (first === undefined) return ended;
  if (covered.length === 1) return [...ended, { type: 'UcnReleased', ucn: keyOf(first), at }];
  return [...ended, { type: 'SummarySent', number, summaryId: summaryIdOf(number, at), covered, at }];
}

/** No Message-ID has a bar in it. Names the time, because the count begins anew once the bundle is forgotten. */
function summaryIdOf(number: number, at: Instant): string {
  return `summary|${at}-${number}`;
}

function keyOf({ messageId, attempt }: OfferedUcn) {
  return { messageId, attempt };
}
