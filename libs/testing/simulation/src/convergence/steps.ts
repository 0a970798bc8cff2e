import type { Box } from '@cpm/client';
import fc from 'fast-check';

/** `unreached`: the server never heard of the request; `unanswered`: it did it, and the answer is lost. */
export type Fault = 'unreached' | 'unanswered' | undefined;

export const DEVICES = 5;

const RULE_NAMES = ['none', 'small', 'folder', 'texts', 'young', 'ages'] as const;
type RuleName = (typeof RULE_NAMES)[number];

/** One thing that happens. `device` and `at` choose among what there is at that moment. */
export type Step =
  | { readonly kind: 'arrive'; readonly direction: 'In' | 'Out'; readonly party: number; readonly bytes: number }
  | { readonly kind: 'edit'; readonly device: number; readonly at: number; readonly edit: 'read' | 'unread' | 'flag' | 'unflag' | 'remove' }
  | { readonly kind: 'move'; readonly device: number; readonly at: number; readonly to: number }
  | { readonly kind: 'draft'; readonly device: number; readonly at: number; readonly edit: 'save' | 'update' | 'discard' }
  | { readonly kind: 'folder'; readonly device: number; readonly at: number; readonly edit: 'create' | 'rename' | 'remove'; readonly name: string }
  | { readonly kind: 'rule'; readonly device: number; readonly rule: RuleName }
  /** Days go by: only where time can be made to. */
  | { readonly kind: 'wait'; readonly days: number }
  /** The service provider's limits: of all users, so only where there is one. */
  | { readonly kind: 'limit'; readonly syncMaxAgeDays: number; readonly syncMaxBytes: number }
  | { readonly kind: 'sync'; readonly device: number; readonly faults: readonly Fault[] }
  | { readonly kind: 'restart'; readonly device: number }
  | { readonly kind: 'settle' };

const device = fc.nat(DEVICES - 1);
const at = fc.nat(20);
const name = fc.constantFrom('Work', 'Trips', 'Later');
const fault = fc.constantFrom<Fault>(undefined, undefined, undefined, 'unreached', 'unanswered');

const STEPS: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<Step> }[] = [
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('arrive' as const), direction: fc.constantFrom('In' as const, 'Out' as const), party: fc.nat(1), bytes: fc.constantFrom(2, 9_000) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('edit' as const), device, at, edit: fc.constantFrom('read' as const, 'unread' as const, 'flag' as const, 'unflag' as const, 'remove' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), device, at, to: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('draft' as const), device, at, edit: fc.constantFrom('save' as const, 'update' as const, 'discard' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('folder' as const), device, at, edit: fc.constantFrom('create' as const, 'create' as const, 'rename' as const, 'remove' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rule' as const), device, rule: fc.constantFrom(...RULE_NAMES) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('sync' as const), device, faults: fc.array(fault, { maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), device }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
];
const LIMIT = { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), syncMaxAgeDays: fc.constantFrom(0, 3), syncMaxBytes: fc.constantFrom(0, 1_000) }) };
const TIME = { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.constantFrom(0.1, 1, 5) }) };

/** Offline edits of five devices, exchanges over a bad network, crashes, changes of what a device wants. */
export function stepsUpTo(maxLength: number, { alone, minLength = 1 }: { readonly alone: boolean; readonly minLength?: number }): fc.Arbitrary<readonly Step[]> {
  return fc.array(fc.oneof(...STEPS, ...(alone ? [TIME, LIMIT] : [])), { minLength, maxLength, size: 'max' });
}

/** Sync rules of one device; none: it wants everything. */
export function syncRulesOf({ rule }: Extract<Step, { kind: 'rule' }>, folderOfParty: string): readonly Readonly<Record<string, unknown>>[] {
  return {
    none: [], small: [{ maxBytes: 1_000 }], folder: [{ folders: ['/main/Work', folderOfParty] }], texts: [{ contentTypes: ['text/*'] }],
    young: [{ maxAgeDays: 2 }], ages: [{ maxAgeDays: 2 }, { maxAgeDays: 6, contentTypes: ['text/*'] }],
  }[rule];
}

/** What a user does on a device. `parties`: those whom he speaks with. */
export type UserStep = Extract<Step, { kind: 'edit' | 'move' | 'draft' | 'folder' }>;

export async function act(box: Box, step: UserStep, parties: readonly string[]): Promise<void> {
  switch (step.kind) {
    case 'edit': return edit(box, step);
    case 'move': return move(box, step, parties);
    case 'draft': return draft(box, step);
    case 'folder': return folder(box, step);
  }
}

async function edit(box: Box, step: Extract<Step, { kind: 'edit' }>): Promise<void> {
  const object = box.objects()[step.at];
  if (!object) return;
  switch (step.edit) {
    case 'read': return box.markRead(object.id);
    case 'unread': return box.markUnread(object.id);
    case 'flag': return box.flag(object.id, '\\Flagged');
    case 'unflag': return box.unflag(object.id, '\\Flagged');
    case 'remove': return box.remove(object.id);
  }
}

async function move(box: Box, step: Extract<Step, { kind: 'move' }>, parties: readonly string[]): Promise<void> {
  const [object, target] = [box.objects()[step.at], [...box.folders.map(({ id }) => id), ...parties.map((other) => `main/${other}`)][step.to]];
  if (object && target !== undefined) await box.move(object.id, target);
}

async function draft(box: Box, step: Extract<Step, { kind: 'draft' }>): Promise<void> {
  const drafts = box.objects().filter(({ flags }) => flags.includes('\\Draft'));
  const known = drafts[step.at % Math.max(1, drafts.length)];
  if (step.edit === 'save') await box.saveDraft({ text: 'x' });
  else if (known && step.edit === 'update') await box.updateDraft(known.id, { text: 'x' });
  else if (known) await box.discardDraft(known.id);
}

async function folder(box: Box, step: Extract<Step, { kind: 'folder' }>): Promise<void> {
  const known = box.folders[step.at % Math.max(1, box.folders.length)];
  if (step.edit === 'create') await box.createFolder(step.name, step.at % 2 === 0 ? known?.id : undefined);
  else if (known && step.edit === 'rename') await box.renameFolder(known.id, step.name);
  else if (known) await box.removeFolder(known.id);
}

/** What a device shows: folder and flags by object, paths by made folder. */
export interface BoxSight {
  readonly objects: Readonly<Record<string, string>>;
  readonly folders: Readonly<Record<string, string>>;
}

export function sightOf(box: Box): BoxSight {
  return {
    objects: Object.fromEntries(box.objects().map(({ id, folder: path, flags }) => [id, `${path} ${[...flags].sort().join(' ')}`]).sort()),
    folders: Object.fromEntries(box.folders.map(({ id, path }) => [id, path]).sort()),
  };
}
