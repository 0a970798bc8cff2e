import type { ActInSession, AnswerFileTransfer } from '@cpm/contracts-routing';
import type { DispositionRequest, SessionKind } from '@cpm/vocabulary';
import fc from 'fast-check';
import { CLIENTS, USERS } from './cast.js';
import { features, type FeatureOperation } from './features/operations.js';
import { themes } from './features/themes.js';
import type { Size } from './size.js';

type Failure = ActInSession['failure'];

/** What may happen in a run. Numbers name users and devices of the cast; messages, sessions and files are counted from the newest. */
export type Operation =
  | { op: 'send'; from: number; to: readonly number[]; text: boolean; words?: string | undefined; requested: readonly DispositionRequest[]; ttlSec: number }
  | { op: 'connect' | 'disconnect'; device: number }
  | { op: 'cs' | 'radio'; user: number; up: boolean }
  | { op: 'display'; device: number; message: number; fromStore: boolean }
  | { op: 'read-in-private'; device: number; message: number }
  | { op: 'revoke'; message: number }
  | { op: 'privacy'; user: number; sendReadReports: boolean }
  | { op: 'start'; device: number; kind: SessionKind; to: readonly number[] }
  | { op: 'act'; device: number; session: number; act: ActInSession['act']; failure: Failure }
  | { op: 'accept-at-once'; user: number; session: number }
  | { op: 'say'; device: number; session: number; text: boolean; composing: boolean; requested: readonly DispositionRequest[]; ttlSec: number }
  | { op: 'offer'; device: number; to: readonly number[]; requested: readonly DispositionRequest[]; ttlSec: number }
  | { op: 'answer'; device: number; file: number; answer: AnswerFileTransfer['answer']; failure: Failure }
  | { op: 'take-at-once'; user: number; file: number }
  | { op: 'cancel'; file: number }
  | { op: 'progress'; device: number; file: number; progress: 'completed' | 'interrupted' }
  | { op: 'reply'; text: number }
  | { op: 'pass'; ms: number }
  | { op: 'rest' }
  | FeatureOperation;

export type OperationOf<Op extends Operation['op']> = Extract<Operation, { op: Op }>;

const requested = fc.subarray<DispositionRequest>(['positive-delivery', 'negative-delivery', 'display', 'interworking']);
const everything = fc.constant<DispositionRequest[]>(['positive-delivery', 'negative-delivery', 'display', 'interworking']);
/** Some are longer than an SMS can be, or nothing that one can hold. */
const words = fc.option(fc.constantFrom('x'.repeat(1_600), 'x'.repeat(300), '\u{1F600}'.repeat(400), 'ñ', '\u0000'), { nil: undefined, freq: 3 });
const mostly = fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const ttlSec = fc.constantFrom(20, 600, 86_400, 86_400, 20, 600, 0);
const to = fc.uniqueArray(fc.nat(USERS.length - 1), { minLength: 1, maxLength: 2 });
const client = fc.nat(CLIENTS - 1);
/** Only the first two users have clients. */
const speaker = fc.nat(1);
const recent = fc.nat(1);
const failure = fc.option(fc.constant('busy' as const), { nil: undefined, freq: 2 });
const session = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: recent });

const messages: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('send' as const), from: speaker, to, text: fc.boolean(), words, requested, ttlSec }) },
  { weight: 7, arbitrary: fc.record({ op: fc.constant('display' as const), device: client, message: fc.nat(2), fromStore: mostly }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('read-in-private' as const), device: client, message: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('revoke' as const), message: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('reply' as const), text: fc.nat(3) }) },
);

const surroundings: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('connect' as const, 'disconnect' as const), device: client }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('cs' as const), user: fc.nat(2), up: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('radio' as const), user: fc.nat(2), up: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('privacy' as const), user: fc.nat(2), sendReadReports: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('pass' as const), ms: fc.constantFrom(500, 5_000, 5_000, 12_000, 16_000, 16_000, 40_000, 40_000, 200_000, 400_000) }) },
  { weight: 2, arbitrary: fc.constant({ op: 'rest' as const }) },
);

const act = fc.oneof(
  { weight: 6, arbitrary: fc.constant('accept' as const) }, { weight: 3, arbitrary: fc.constant('reject' as const) },
  { weight: 2, arbitrary: fc.constant('leave' as const) }, { weight: 3, arbitrary: fc.constant('restart' as const) },
);
const kind = fc.constantFrom<SessionKind[]>('one-to-one', 'closed-group', 'long-lived-group', 'long-lived-group');
const notComposing = { weight: 7, arbitrary: fc.constant(false) };
const composing = fc.oneof(notComposing, { weight: 1, arbitrary: fc.constant(true) });

const conversations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('start' as const), device: client, kind, to }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('act' as const), device: client, session, act, failure }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('accept-at-once' as const), user: speaker, session }) },
  { weight: 7, arbitrary: fc.record({ op: fc.constant('say' as const), device: client, session, text: mostly, composing, requested: fc.oneof(everything, requested), ttlSec }) },
);

const answer = fc.oneof({ weight: 4, arbitrary: fc.constant('accept' as const) }, { weight: 1, arbitrary: fc.constant('reject' as const) });
const progress = fc.constantFrom('completed' as const, 'interrupted' as const);

const files: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('offer' as const), device: client, to, requested, ttlSec }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('answer' as const), device: client, file: recent, answer, failure }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('take-at-once' as const), user: speaker, file: recent }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('cancel' as const), file: recent }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('progress' as const), device: client, file: recent, progress }) },
);

const operation = fc.oneof({ weight: 4, arbitrary: messages }, { weight: 4, arbitrary: surroundings }, { weight: 5, arbitrary: conversations }, { weight: 2, arbitrary: files }, { weight: 2, arbitrary: features });

/** The phones of Alice and Bob by their users; Carol's has no client. */
const PHONES = [0, 2] as const;

/** Pictures for a user who is reached by SMS only, one after the other, while he may come back and the sender may take some back; drawn after the workload, so that a seed means the same without it. */
export const album: Record<Size, fc.Arbitrary<readonly Operation[]>> = {
  long: fc.option(pictures(3, 9), { nil: [], freq: 2 }),
  short: fc.oneof({ weight: 7, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: pictures(2, 4) }),
};

function pictures(minLength: number, maxLength: number): fc.Arbitrary<readonly Operation[]> {
  return fc.nat(USERS.length - 1).chain((user) => {
    const [from, phone] = [user === 0 ? 1 : 0, PHONES[user]];
    const picture = fc.record({ op: fc.constant('send' as const), from: fc.constant(from), to: fc.constant([user]), text: fc.constant(false), requested: everything, ttlSec });
    const other: fc.Arbitrary<Operation> = fc.oneof(
      fc.record({ op: fc.constant('revoke' as const), message: fc.nat(2) }),
      fc.record({ op: fc.constant('pass' as const), ms: fc.constantFrom(500, 5_000, 40_000) }),
      ...(phone === undefined ? [] : [fc.record({ op: fc.constantFrom('connect' as const, 'disconnect' as const), device: fc.constant(phone) })]),
    );
    const sent = fc.array(fc.oneof({ weight: 3, arbitrary: picture }, { weight: 1, arbitrary: other }), { minLength, maxLength, size: 'max' });
    const alone: readonly Operation[] = [...(phone === undefined ? [] : [{ op: 'disconnect' as const, device: phone }]), { op: 'cs', user, up: true }, { op: 'pass', ms: 40_000 }];
    return sent.map((drawn): readonly Operation[] => [...alone, ...drawn, { op: 'pass', ms: 40_000 }]);
  });
}

const play = (operations: fc.Arbitrary<Operation>, { minLength, maxLength }: { readonly minLength: number; readonly maxLength: number }) => fc.array(operations, { minLength, maxLength, size: 'max' });

/** Operations beside those that a theme begins with. */
const LENGTHS = { long: { minLength: 3, maxLength: 16 }, short: { minLength: 1, maxLength: 5 } } as const;

/** Every run has its theme: what needs many steps of one kind comes about where there is little else. */
function themed(size: Size): fc.Arbitrary<readonly Operation[]> {
  const lengths = LENGTHS[size];
  return fc.oneof(
    { weight: 6, arbitrary: play(operation, lengths) },
    ...themes({ messages, surroundings, conversations, files }).map(({ weight, before, operations }) => ({ weight, arbitrary: play(operations, lengths).map((drawn) => [...before, ...drawn]) })),
  );
}

export const workload: Record<Size, fc.Arbitrary<readonly Operation[]>> = { long: themed('long'), short: themed('short') };
