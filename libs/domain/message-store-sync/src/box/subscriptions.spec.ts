import { DEFAULT_POLICY, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import type { SubscribeToBox } from '@cpm/contracts-message-store-sync';
import { fold, requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { limitsOf } from './box.aggregate.js';
import { box } from './box.decider.js';
import type { Box, BoxAnswer, BoxCommand } from './box.js';
import { DEFAULT_DURATION_SEC, LIST_SPAN, MAX_DURATION_SEC, MAX_SUBSCRIPTIONS, type Sending } from './subscriptions.js';

const bob = 'tel:+4915120000002' as CpmAddress;
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const NOW = Date.UTC(2026, 0, 5);
const limits = limitsOf(DEFAULT_POLICY);

function after(state: Box, command: BoxCommand): { state: Box; answer: BoxAnswer | undefined } {
  const events = box.decide(command, state);
  return { state: fold({ initial: state, evolve: box.evolve }, events), answer: events.flatMap((event) => (event.type === 'RequestAnswered' ? [event.answer] : []))[0] };
}
const subscribing = (id: string, more: Partial<SubscribeToBox> = {}, now = NOW): BoxCommand =>
  ({ type: 'Subscribe', request: { user: bob, commandId: 'c', device: phone, subscriptionId: id, renewal: false, at: now, ...more }, now, limits });
const changing = (now = NOW, count = 1): BoxCommand =>
  ({ type: 'Update', request: { user: bob, commandId: 'u', device: phone, at: now, objects: Array.from({ length: count }, (_, at) => ({ objectId: `o${at}`, addFlags: ['a'] })) }, now, limits });
const outcome = (index: number, position: number, what: 'taken' | 'empty' | 'failed', now = NOW): BoxCommand =>
  ({ type: 'NoteOutcome', outcome: { user: bob, subscriptionId: 's', index, position, outcome: what, at: now }, now, limits });
const play = (...commands: readonly BoxCommand[]) => commands.reduce((state, command) => after(state, command).state, box.initial);
const callback = { notifyUrl: 'https://n.example/' };

requirement('CPM-MLD-016', () => {
  it('numbers the lists of a callback without a gap, each after the one before, whatever becomes of them and in whatever order that is heard', () => {
    type Step = 'change' | 'many' | 'taken' | 'empty' | 'failed' | 'wait' | 'late';
    fc.assert(fc.property(fc.array(fc.constantFrom<Step>('change', 'many', 'taken', 'empty', 'failed', 'wait', 'late'), { maxLength: 60 }), (steps) => {
      let [state, now, delivered] = [play(subscribing('s', { ...callback, durationSec: MAX_DURATION_SEC })), NOW, 0];
      const sent = new Map<number, string>();
      for (const step of steps) {
        const one = state.subscriptions[0];
        if (!one) return;
        const { sending, place: { index, position } } = one;
        if (sending) {
          const range = `${position}-${sending.to}`;
          // A list that is sent again is the same list, unless nobody wanted anything in it.
          expect(sent.get(index) ?? range).toBe(range);
          expect([sending.to > position, sending.to - position <= LIST_SPAN]).toEqual([true, true]);
          sent.set(index, range);
          if (step === 'empty') sent.delete(index);
        }
        now += 1;
        if (step === 'change' || step === 'many') state = after(state, changing(now, step === 'many' ? 400 : 1)).state;
        else if (step === 'late') state = after(state, outcome(index - 1, position, 'taken', now)).state;
        else if (step === 'wait' && sending) {
          now = Math.max(now, sending.dueAt);
          state = after(state, { type: 'WaitOver', timer: 's', now, limits }).state;
        } else if (sending && (step === 'taken' || step === 'empty' || step === 'failed')) state = after(state, outcome(index, sending.to, step, now)).state;
        const next = state.subscriptions[0];
        if (!next) return;
        if (step === 'taken' && sending) delivered += 1;
        expect(next.place.index).toBe(1 + delivered);
        expect(next.place.position).toBeGreaterThanOrEqual(position);
        expect(next.sending !== undefined || next.place.position === state.modSeq).toBe(true);
      }
    }));
  });

  it('replays from the place of a restart token, under the rules that it names', () => {
    const state = play(subscribing('s', callback), changing(), changing());
    const { answer, state: replayed } = after(state, subscribing('s', { renewal: true, place: { position: 1, index: 5, rules: 0 } }));
    expect(answer).toMatchObject({ done: true, subscription: { place: { position: 1, index: 5 }, notifyUrl: 'https://n.example/' } });
    expect(replayed.subscriptions[0]?.sending).toMatchObject({ to: 2, attempts: 1 } satisfies Partial<Sending>);
    const foreign = after(state, subscribing('s', { renewal: true, place: { position: 2, index: 1, rules: 9 } })).state;
    expect(foreign.subscriptions[0]?.sending).toMatchObject({ to: 2, rules: 0 });
  });

  it('takes what is heard late of one range for no word on the next, which nobody has told yet', () => {
    const state = play(subscribing('s', callback), changing(), outcome(1, 1, 'empty'), changing());
    expect(after(state, outcome(1, 1, 'empty')).state.subscriptions).toEqual(state.subscriptions);
    expect(after(state, outcome(1, 1, 'taken')).state.subscriptions).toEqual(state.subscriptions);
    expect(after(state, outcome(1, 2, 'taken')).state.subscriptions[0]?.place).toEqual({ position: 2, index: 2 });
  });

  it('keeps the list under way when a subscription is only prolonged', () => {
    const state = play(subscribing('s', callback), changing());
    const before = state.subscriptions[0];
    const renewed = after(state, subscribing('s', { renewal: true, durationSec: 60 })).state.subscriptions[0];
    expect(renewed).toEqual({ ...before, durationSec: 60, expiresAt: NOW + 60_000 });
  });

  it('sends nothing to one that asks for itself, and nothing twice for one change', () => {
    const state = play(subscribing('p'), subscribing('s', callback), changing());
    expect(state.subscriptions.map(({ sending }) => sending?.to)).toEqual([undefined, 1]);
    expect(after(state, changing()).state.subscriptions[1]?.sending).toEqual(state.subscriptions[1]?.sending);
  });
});

it('begins at the head for a day, and lasts thirty days at most', () => {
  const { answer } = after(play(changing()), subscribing('s'));
  expect(answer).toMatchObject({ subscription: { place: { position: 1, index: 1 }, durationSec: DEFAULT_DURATION_SEC, expiresAt: NOW + DEFAULT_DURATION_SEC * 1_000 } });
  expect(after(box.initial, subscribing('s', { durationSec: MAX_DURATION_SEC + 1 })).answer).toMatchObject({ subscription: { durationSec: MAX_DURATION_SEC } });
});

it('knows no subscription that has ended, and makes room for others', () => {
  const state = play(...Array.from({ length: MAX_SUBSCRIPTIONS }, (_, at) => subscribing(`s${at}`, { durationSec: 60 })));
  expect(after(state, subscribing('more')).answer).toEqual({ done: false, refusal: 'too-many-subscriptions' });
  expect(after(state, subscribing('s1')).answer).toMatchObject({ done: true });
  expect(after(state, subscribing('more', {}, NOW + 60_000)).state.subscriptions.map(({ id }) => id)).toEqual(['more']);
  expect(after(state, subscribing('s1', { renewal: true }, NOW + 60_000)).answer).toEqual({ done: false, refusal: 'unknown-subscription' });
  const ending: BoxCommand = { type: 'Unsubscribe', request: { user: bob, commandId: 'c', subscriptionId: 's1', at: NOW }, now: NOW, limits };
  expect(after(after(state, ending).state, ending).answer).toEqual({ done: false, refusal: 'unknown-subscription' });
});

it('gives up a subscriber who takes nothing for too long', () => {
  let state = play(subscribing('s', { ...callback, durationSec: MAX_DURATION_SEC }), changing());
  let [now, attempts] = [NOW, 0];
  while (state.subscriptions.length > 0 && attempts < 100) {
    attempts += 1;
    state = after(state, outcome(1, 1, 'failed', now)).state;
    now = state.subscriptions[0]?.sending?.dueAt ?? now;
    state = after(state, { type: 'WaitOver', timer: 's', now, limits }).state;
  }
  expect(attempts).toBe(20);
});
