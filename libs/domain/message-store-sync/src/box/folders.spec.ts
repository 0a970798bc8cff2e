import { DEFAULT_POLICY, type CpmAddress, type DeviceId } from '@cpm/vocabulary';
import type { FolderChange } from '@cpm/contracts-message-store-sync';
import { fold, requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { limitsOf } from './box.aggregate.js';
import { box } from './box.decider.js';
import type { Box, BoxEvent } from './box.js';
import { folderAt, goesWithFolder, MAX_DEPTH, MAX_FOLDERS, pathOf, refusalOf, ROOT, type MadeFolders } from './folders.js';

const bob = 'tel:+4915120000002' as CpmAddress;
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const NOW = Date.UTC(2026, 0, 5);

function change(state: Box, folder: string, what: FolderChange): { state: Box; events: readonly BoxEvent[] } {
  const command = { type: 'ChangeFolder' as const, request: { user: bob, commandId: 'c', device: phone, at: NOW, folder, change: what }, now: NOW, limits: limitsOf(DEFAULT_POLICY) };
  const events = box.decide(command, state);
  return { state: fold({ initial: state, evolve: box.evolve }, events), events };
}
const made = (...folders: readonly (readonly [key: string, parent: string, name?: string])[]): Box =>
  folders.reduce((state, [key, parent, name = key]) => change(state, key, { kind: 'create', name, parent }).state, box.initial);
const refusal = ({ events }: { events: readonly BoxEvent[] }) => events.flatMap((event) => (event.type === 'RequestAnswered' && !event.answer.done ? [event.answer.refusal] : []))[0];

const key = fc.constantFrom('f-1', 'f-2', 'f-3', 'f-4', 'f-5', 'f-6');
const parent = fc.oneof({ weight: 3, arbitrary: key }, { weight: 1, arbitrary: fc.constantFrom(ROOT, '/main/x', 'f-none') });
const name = fc.constantFrom('a', 'b', 'c');
const anyChange: fc.Arbitrary<FolderChange> = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name, parent }), fc.record({ kind: fc.constant('rename' as const), name }),
  fc.record({ kind: fc.constant('move' as const), parent }), fc.constant({ kind: 'remove' as const }),
);

requirement('CPM-MLD-016', () => {
  it('keeps the folders a tree whatever is asked: none in itself, none without its parent, no two of one name side by side', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.oneof({ weight: 8, arbitrary: key }, { weight: 1, arbitrary: fc.constantFrom(ROOT, '/main/x') }), anyChange), { maxLength: 40 }), (changes) => {
      let state = box.initial;
      for (const [folder, what] of changes) {
        const before = state.modSeq;
        state = change(state, folder, what).state;
        const { folders } = state;
        const paths = Object.keys(folders).map((one) => pathOf(one, folders));
        expect(paths).not.toContain(undefined);
        expect(new Set(paths).size).toBe(paths.length);
        for (const path of paths) expect((path ?? '').split('/').length - 2).toBeLessThanOrEqual(MAX_DEPTH);
        expect(state.modSeq).toBeGreaterThanOrEqual(before);
        for (const { modSeq } of Object.values(folders)) expect(modSeq).toBeLessThanOrEqual(state.modSeq);
      }
    }));
  });

  it('removes a folder with all below it, each with a number of its own, and lets what is in them go with it', () => {
    const { state, events } = change(made(['f-1', ROOT], ['f-2', 'f-1'], ['f-3', 'f-2'], ['f-4', ROOT]), 'f-1', { kind: 'remove' });
    expect(events.flatMap((event) => (event.type === 'FolderRemoved' ? [[event.key, event.modSeq, event.path]] : []))).toEqual([['f-3', 5, '/main/f-1/f-2/f-3'], ['f-2', 6, '/main/f-1/f-2'], ['f-1', 7, '/main/f-1']]);
    expect(Object.keys(state.folders)).toEqual(['f-4']);
    expect([goesWithFolder({ folder: 'f-3', born: 7 }, state.emptying), goesWithFolder({ folder: 'f-3', born: 8 }, state.emptying), goesWithFolder({ folder: 'f-4', born: 1 }, state.emptying)]).toEqual([true, true, false]);
    const conversation = [{ folder: '/main/x', upTo: 7 }];
    expect([goesWithFolder({ folder: '/main/x', born: 7 }, conversation), goesWithFolder({ folder: '/main/x', born: 8 }, conversation)]).toEqual([true, false]);
  });

  it('empties a conversation, whose folder no device made, and takes no number for it', () => {
    const { state, events } = change(made(['f-1', ROOT]), '/main/x', { kind: 'remove' });
    expect([state.modSeq, state.emptying]).toMatchObject([1, [{ folder: '/main/x', upTo: 1 }]]);
    expect(events.some(({ type }) => type === 'FolderRemoved')).toBe(false);
  });

  it('makes devices search anew whose rules name folders, when one has got another path', () => {
    const state = { ...made(['f-1', ROOT], ['f-2', ROOT]), syncRules: [{ deviceId: phone, folders: ['/main/f-2/f-1'] }] };
    expect(change(state, 'f-1', { kind: 'move', parent: 'f-2' }).state.rulesSince).toEqual({ [phone]: 1 });
    expect(change(state, 'f-3', { kind: 'create', name: 'f-3', parent: ROOT }).state.rulesSince).toEqual({});
  });
});

it.each([
  ['a name beside it', 'f-3', { kind: 'create', name: 'f-2', parent: ROOT }, 'name-taken'], ['a parent that is not there', 'f-3', { kind: 'create', name: 'x', parent: 'f-9' }, 'unknown-parent'],
  ['a conversation for its parent', 'f-3', { kind: 'create', name: 'x', parent: '/main/x' }, 'unknown-parent'], ['itself for its parent', 'f-1', { kind: 'move', parent: 'f-1' }, 'inside-itself'],
  ['what is in it for its parent', 'f-1', { kind: 'move', parent: 'f-11' }, 'inside-itself'], ['what is not there', 'f-9', { kind: 'rename', name: 'x' }, 'unknown-folder'],
  ['a conversation', '/main/x', { kind: 'rename', name: 'x' }, 'not-changeable'], ['the root', ROOT, { kind: 'remove' }, 'not-changeable'],
] as [string, string, FolderChange, string][])('refuses %s', (_, folder, what, code) => {
  const state = made(['f-1', ROOT], ['f-11', 'f-1'], ['f-2', ROOT]);
  const after = change(state, folder, what);
  expect(refusal(after)).toBe(code);
  expect(after.state.folders).toEqual(state.folders);
});

it('refuses more folders, and deeper ones, than a box may have', () => {
  const chain = made(...Array.from({ length: MAX_DEPTH }, (_, at) => [`f-${at}`, at === 0 ? ROOT : `f-${at - 1}`] as const));
  expect(refusal(change(chain, 'f-x', { kind: 'create', name: 'x', parent: `f-${MAX_DEPTH - 1}` }))).toBe('too-deep');
  expect(refusal(change(made(['f-a', ROOT], ['f-b', 'f-a']), 'f-a', { kind: 'move', parent: 'f-none' }))).toBe('unknown-parent');
  const full: MadeFolders = Object.fromEntries(Array.from({ length: MAX_FOLDERS }, (_, at) => [`f-${at}`, { name: `${at}`, parent: ROOT, modSeq: 1 }]));
  expect(refusalOf('f-x', { kind: 'create', name: 'x', parent: ROOT }, full)).toBe('too-many-folders');
});

it('says nothing of what became of a folder when its creation is repeated', () => {
  const state = change(made(['f-1', ROOT, 'a']), 'f-1', { kind: 'rename', name: 'b' }).state;
  const again = change(state, 'f-1', { kind: 'create', name: 'a', parent: ROOT });
  expect([again.state.modSeq, again.state.folders['f-1']?.name, refusal(again)]).toEqual([state.modSeq, 'b', undefined]);
});

it('finds a folder by its path, and a conversation where no made folder has it', () => {
  const { folders } = made(['f-1', ROOT, 'a'], ['f-2', 'f-1', 'b']);
  expect([folderAt('/main/a/b', folders), folderAt('/main/tel:+49', folders)]).toEqual(['f-2', '/main/tel:+49']);
});
