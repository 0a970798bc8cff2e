import { ROOT, type Box } from '@cpm/domain-message-store-sync';
import { describedAs } from '@cpm/http';
import { isPlainLine, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import { notOneOf } from '../nms-error.js';
import { folderIn, folderReferences, objectReferences, reference, unknownFolder, type Reference } from '../references.js';
import { presetName, PRESETS } from '../search/criteria.js';
import { wholeNumber } from '../whole-number.js';

export const folderPath = z.object({ folderId: z.string().min(1).max(512) });
export const pathQuery = z.object({ path: z.string().max(2048).startsWith('/', 'must begin with /') });

/** Not an address: a conversation's folder may come to have it for its name. */
const folderName = z.string().min(1).max(64, 'must be at most 64 characters')
  .refine((name) => isPlainLine(name) && name.trim() === name && !name.includes('/'), 'must not contain /, control or direction-override characters, or begin or end with a space')
  .refine((name) => !/^(?:tel|sips?):/i.test(name), 'must not look like an address');

export const folderCreation = z.object({
  folder: z.object({
    name: folderName,
    parentFolder: z.string().max(4096).optional(),
    parentFolderPath: z.string().max(2048).optional(),
    clientCorrelator: z.string().min(1).max(128).optional(),
  }),
});
export type GivenFolder = z.output<typeof folderCreation>['folder'];

export const folderRename = z.object({ name: folderName });

/** What is brought where. */
export const transfer = z.object({
  targetRef: reference,
  sourceRefs: describedAs(
    z.object({ objects: objectReferences.optional(), folders: folderReferences.optional() })
      .refine(({ objects, folders }) => objects !== undefined || folders !== undefined, { path: ['objects'], message: 'or folders must be there' }),
    z.union([z.object({ objects: objectReferences, folders: folderReferences.optional() }), z.object({ folders: folderReferences, objects: objectReferences.optional() })]),
  ),
});
export type Transfer = z.output<typeof transfer>;

const cursor = z.string().max(4096);
const maxEntries = wholeNumber(1, 500).default(100);

export const folderListQuery = z.object({ fromCursor: cursor.optional(), cursor: cursor.optional(), maxEntries, path: z.string().max(2048).startsWith('/', 'must begin with /').optional() })
  .transform(({ fromCursor, cursor: alias, maxEntries: limit, path }): FolderQuery => ({ limit, recursive: true, after: fromCursor ?? alias, scope: path === undefined ? undefined : { path }, scopeAt: 'path', names: [] }));

const criterion = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Attribute'), name: z.literal('Name', 'must be Name'), value: z.string().min(1).max(64) }),
  z.object({ type: z.literal('PresetSearch'), name: presetName, value: z.string().optional() }),
], { error: 'must be Attribute or PresetSearch' });

export const folderSearch = z.object({
  selectionCriteria: z.object({
    maxEntries, fromCursor: cursor.optional(), searchScope: reference.optional(), nonRecursiveScope: z.boolean().default(false),
    searchCriteria: z.object({ operator: z.literal('And', 'must be And').optional(), criterion: z.array(criterion).min(1).max(16) }).optional(),
  }),
}).transform(({ selectionCriteria: { maxEntries: limit, fromCursor: after, searchScope: scope, nonRecursiveScope, searchCriteria } }): FolderQuery => {
  const names = (searchCriteria?.criterion ?? []).flatMap((one, at) => {
    if (one.type === 'Attribute') return [one.value];
    if (!PRESETS.includes(one.name)) throw notOneOf(`selectionCriteria.searchCriteria.criterion[${at}].name`, PRESETS);
    return [];
  });
  return { limit, after, scope, scopeAt: 'selectionCriteria.searchScope', recursive: !nonRecursiveScope, names };
});

/** `names`: parts of the name, in any case of letters, that a folder must have. */
export interface FolderQuery {
  readonly limit: number;
  readonly after: string | undefined;
  readonly scope: Reference | undefined;
  readonly scopeAt: string;
  readonly recursive: boolean;
  readonly names: readonly string[];
}

/** The key of the parent that a body names, the root when it names none. Throws a 404 problem. */
export function parentIn({ parentFolder, parentFolderPath }: Pick<GivenFolder, 'parentFolder' | 'parentFolderPath'>, user: CpmAddress, { folders }: Pick<Box, 'folders'>): string {
  if (parentFolder === undefined && parentFolderPath === undefined) return ROOT;
  const key = folderIn(parentFolder === undefined ? { path: parentFolderPath ?? '' } : { resourceURL: parentFolder }, user, folders);
  if (key === undefined) throw unknownFolder(parentFolder === undefined ? 'folder.parentFolderPath' : 'folder.parentFolder');
  return key;
}
