import { tokenHash } from '@cpm/message-tags';
import { DEFAULT_POLICY, type CpmAddress } from '@cpm/vocabulary';
import { fold, SERVICES, type ServiceName } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { BETWEEN_ROUNDS_MS, erasure, erasureDecider as decider, isErasing } from './erasure.js';

const user = 'tel:+4915110000001' as CpmAddress;
const ask = { type: 'Ask' as const, commandId: 'e1', now: 1_000 };
const erased = (service: ServiceName, round: number, erasureId = 'e1') => ({ type: 'NoteErased' as const, told: { user, erasureId, round, service, at: 1 }, now: 2_000 });

type Command = Parameters<typeof decider.decide>[0];
const play = (commands: readonly Command[]) => commands.reduce((state, command) => fold({ initial: state, evolve: decider.evolve }, decider.decide(command, state)), decider.initial);

it('is over when every service has erased the user twice, whatever the order', () => {
  fc.assert(fc.property(fc.shuffledSubarray([...SERVICES], { minLength: SERVICES.length }), fc.shuffledSubarray([...SERVICES], { minLength: SERVICES.length }), (first, second) => {
    const once = play([ask, ...first.flatMap((service) => [erased(service, 1), erased(service, 1)])]);
    expect(once).toMatchObject({ round: 1, dueAt: 2_000 + BETWEEN_ROUNDS_MS, doneAt: null });
    const commands: Command[] = [ask, ...first.map((service) => erased(service, 1)), { type: 'BeginRound', now: 3_000 }, ...second.map((service) => erased(service, 2))];
    for (let length = 1; length < commands.length; length += 1) expect(isErasing(play(commands.slice(0, length)))).toBe(true);
    expect(play(commands)).toMatchObject({ erasureId: 'e1', doneAt: 2_000, pending: [] });
  }));
});

it('begins once while it is under way, and anew afterwards; what is said of another round or erasure says nothing', () => {
  const begun = play([ask, { ...ask, commandId: 'e2' }, erased('routing', 2), erased('routing', 1, 'e0')]);
  expect(begun).toMatchObject({ erasureId: 'e1', pending: SERVICES });
  const both = [1, 2].flatMap((round) => [...SERVICES.map((service) => erased(service, round)), { type: 'BeginRound' as const, now: 3_000 }]);
  expect(play([ask, ...both, { ...ask, commandId: 'e3' }])).toMatchObject({ erasureId: 'e3', round: 1, doneAt: null });
});

it('takes the tokens of the user back with its beginning, without naming him', () => {
  const context = { now: 5, policy: DEFAULT_POLICY, id: user, view: undefined, open: [] };
  const [row, asked] = erasure.react({ type: 'ErasureBegun', erasureId: 'e1', at: 5 }, play([ask]), context);
  expect(row).toMatchObject({ kind: 'row', table: 'revocations', insert: { h: tokenHash(user), at: 5 } });
  expect(JSON.stringify(row)).not.toContain('4915110000001');
  expect(asked).toMatchObject({ kind: 'publish', payload: { user, erasureId: 'e1', round: 1 } });
});

it('asks all services in each round', () => {
  const context = { now: 5, policy: DEFAULT_POLICY, id: user, view: undefined, open: [] };
  const after = play([ask]);
  expect(erasure.react({ type: 'RoundBegun', at: 5 }, { ...after, round: 2 }, context)).toMatchObject([{ kind: 'publish', contract: { type: 'EraseUser', listeners: SERVICES }, payload: { user, erasureId: 'e1', round: 2 } }]);
});
