import { boxesConverge } from './boxes-converge.js';
import { everySubmissionArrives } from './every-submission-arrives.js';
import { everySubmissionIsAnswered } from './every-submission-is-answered.js';
import { filesAreWhole } from './files-are-whole.js';
import { inOrder } from './in-order.js';
import type { Invariant } from './invariant.js';
import { oneReportOfAClass } from './one-report-of-a-class.js';
import { oneWinner } from './one-winner.js';
import { repetitionsAreKnown } from './repetitions-are-known.js';
import { shownOnce } from './shown-once.js';
import { textsOnce } from './texts-once.js';

export type { Invariant, Violation } from './invariant.js';

export const INVARIANTS: readonly Invariant[] = [
  everySubmissionArrives, everySubmissionIsAnswered, repetitionsAreKnown, oneReportOfAClass, shownOnce, inOrder, oneWinner, filesAreWhole, textsOnce, boxesConverge,
];
