import fc from 'fast-check';
import type { Operation } from '../workload.js';
import { accounts, boxes, folders, networkReports, policyChanges, preferences, textsOf, words, type BoxAct } from './operations.js';

type Operations = fc.Arbitrary<Operation>;

/** What is drawn where a theme does not say otherwise. */
interface Plain {
  readonly messages: Operations;
  readonly surroundings: Operations;
  readonly conversations: Operations;
  readonly files: Operations;
}

export interface Theme {
  readonly weight: number;
  /** So that there is something to deal with. */
  readonly before: readonly Operation[];
  readonly operations: Operations;
}

const everything = ['positive-delivery', 'negative-delivery', 'display', 'interworking'] as const;
const REST: Operation = { op: 'rest' };
const CAROL_HAS_A_TEXT: readonly Operation[] = [{ op: 'cs', user: 2, up: true }, { op: 'send', from: 0, to: [2], text: true, requested: everything, ttlSec: 86_400 }, { op: 'pass', ms: 40_000 }];
const BOB_IS_WRITTEN_TO: readonly Operation[] = [
  { op: 'disconnect', device: 2 }, { op: 'send', from: 0, to: [1], text: true, requested: everything, ttlSec: 86_400 }, { op: 'send', from: 0, to: [1], text: false, requested: everything, ttlSec: 600 }, REST,
];
const WATCHED: readonly Operation[] = [{ op: 'policy', change: { 'access.t8.subscriptions': ['UE_REACHABILITY_FOR_SMS', 'UE_REACHABILITY_FOR_DATA', 'LOSS_OF_CONNECTIVITY'] } }, { op: 'cs', user: 0, up: false }, { op: 'cs', user: 1, up: false }, REST];

/** Alice has a group with Bob, who answered on one of his devices. */
const GROUP_OF_TWO: readonly Operation[] = [{ op: 'start', device: 0, kind: 'closed-group', to: [1] }, REST, { op: 'act', device: 3, session: 0, act: 'accept', failure: undefined }, REST];
/** What his other devices say, too. */
const groupTalk: Operations = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('say' as const), device: fc.constant(0), session: fc.constant(0), text: fc.constant(true), composing: fc.constant(false), requested: fc.constant(everything), ttlSec: fc.constantFrom(600, 86_400) }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('display' as const), device: fc.constantFrom(2, 3, 4), message: fc.nat(1), fromStore: fc.constant(true) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('connect' as const, 'disconnect' as const), device: fc.constantFrom(2, 3, 4) }) },
);

/** Bob's box has folders in folders, a draft, and somebody who wants to hear of it. */
const boxOfBob = (act: BoxAct, number: number, other: number): Operation => ({ op: 'box', device: 2, act, number, other });
const FOLDERS: readonly Operation[] = [
  boxOfBob('create-folder', 0, 0), boxOfBob('create-folder', 1, 0), boxOfBob('create-folder', 2, 1), boxOfBob('create', 1, 1), boxOfBob('subscribe', 1, 0), REST, boxOfBob('renew', 1, 0),
];

/** Bob's card goes from one of his devices to the next. */
const simMoves: Operations = fc.record({ op: fc.constant('account' as const), device: fc.constantFrom(2, 3, 4), act: fc.constant('move-sim' as const), number: fc.nat(3) });
const pauses: Operations = fc.record({ op: fc.constant('pass' as const), ms: fc.constantFrom(500, 40_000, 130_000, 4_000_000, 90_000_000) });

export function themes({ messages, surroundings, conversations, files }: Plain): readonly Theme[] {
  return [
    { weight: 2, before: GROUP_OF_TWO, operations: fc.oneof({ weight: 12, arbitrary: groupTalk }, { weight: 1, arbitrary: pauses }) },
    { weight: 2, before: [], operations: fc.oneof({ weight: 12, arbitrary: boxes }, { weight: 1, arbitrary: pauses }, { weight: 1, arbitrary: preferences }, { weight: 1, arbitrary: messages }, { weight: 1, arbitrary: policyChanges }) },
    { weight: 1, before: FOLDERS, operations: fc.oneof({ weight: 12, arbitrary: folders }, { weight: 1, arbitrary: pauses }, { weight: 1, arbitrary: messages }) },
    { weight: 2, before: WATCHED, operations: fc.oneof({ weight: 6, arbitrary: networkReports }, { weight: 3, arbitrary: pauses }, { weight: 2, arbitrary: policyChanges }, { weight: 2, arbitrary: accounts }, { weight: 1, arbitrary: surroundings }) },
    { weight: 1, before: CAROL_HAS_A_TEXT, operations: fc.oneof({ weight: 8, arbitrary: textsOf([2], ['person', 'person', 'person', 'short-code', 'last-text']) }, { weight: 2, arbitrary: pauses }, { weight: 2, arbitrary: messages }) },
    { weight: 2, before: BOB_IS_WRITTEN_TO, operations: fc.oneof({ weight: 4, arbitrary: accounts }, { weight: 3, arbitrary: simMoves }, { weight: 3, arbitrary: messages }, { weight: 3, arbitrary: surroundings }, { weight: 1, arbitrary: preferences }) },
    { weight: 1, before: [], operations: fc.oneof({ weight: 8, arbitrary: words }, { weight: 3, arbitrary: pauses }, { weight: 2, arbitrary: messages }) },
    { weight: 2, before: [], operations: fc.oneof({ weight: 2, arbitrary: preferences }, { weight: 2, arbitrary: policyChanges }, { weight: 1, arbitrary: accounts }, { weight: 4, arbitrary: messages }, { weight: 3, arbitrary: surroundings }, { weight: 2, arbitrary: files }, { weight: 1, arbitrary: conversations }) },
  ];
}
