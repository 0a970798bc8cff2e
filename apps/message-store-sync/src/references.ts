import { folderAt, folderOfId, isMade, ROOT, type MadeFolders } from '@cpm/domain-message-store-sync';
import { describedAs, ProblemError } from '@cpm/http';
import { normaliseAddress, type CpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';

export const MAX_BULK = 500;

const resourceUrl = z.string().max(4096).refine((url) => partsOf(url) !== undefined, 'must be the URL of an object or a folder of a message store');
const path = z.string().max(2048).startsWith('/', 'must begin with /');

/** How a body names an object or a folder. */
const named = z.object({ resourceURL: resourceUrl.optional(), path: path.optional() }).transform((given, context): Reference => {
  if (given.resourceURL !== undefined) return { resourceURL: given.resourceURL };
  if (given.path !== undefined) return { path: given.path };
  context.addIssue({ code: 'custom', path: ['resourceURL'], message: 'or path must be there' });
  return z.NEVER;
});
const likeResourceUrl = z.string().max(4096).regex(/^(https?:\/\/[a-z0-9]{1,32}(:[1-9][0-9]{1,3})?)?\/nms\/v1\/[a-z]{1,32}\/[0-9a-z:+@.]{1,64}\/(objects|folders)\/[0-9A-Za-z-]{1,64}$/);
export const reference = describedAs(named, z.union([z.object({ resourceURL: likeResourceUrl }), z.object({ path })]));
export type Reference = { readonly resourceURL: string } | { readonly path: string };

export const objectReferences = z.object({ objectReference: z.array(reference).min(1).max(MAX_BULK, `must be at most ${MAX_BULK}`) });
export const folderReferences = z.object({ folderReference: z.array(reference).min(1).max(MAX_BULK, `must be at most ${MAX_BULK}`) });

export const objectId = z.string().min(1).max(256);

/** The id of an object of the user's; undefined when the reference is to something else. */
export function objectIdIn(named: Reference, user: CpmAddress): string | undefined {
  if ('path' in named) return named.path.slice(named.path.lastIndexOf('/') + 1) || undefined;
  return idIn(named.resourceURL, 'objects', user);
}

/** The key of a folder of the user's that is there, or may be: a conversation's exists by what is in it. Undefined when there is none. */
export function folderIn(named: Reference, user: CpmAddress, folders: MadeFolders): string | undefined {
  const id = 'path' in named ? undefined : idIn(named.resourceURL, 'folders', user);
  if (id === undefined && !('path' in named)) return undefined;
  return existing('path' in named ? folderAt(named.path, folders) : folderOfId(id ?? ''), folders);
}

/** The key, where it is of a made folder that is there, of the root, or can be that of a conversation. */
export function existing(key: string, folders: MadeFolders): string | undefined {
  if (isMade(key)) return Object.hasOwn(folders, key) ? key : undefined;
  return key === ROOT || (key.startsWith(`${ROOT}/`) && /^[^/]{1,400}$/.test(key.slice(ROOT.length + 1))) ? key : undefined;
}

export function unknownFolder(at: string): ProblemError {
  return new ProblemError(404, 'unknown-folder', 'there is no such folder', { errors: [{ path: at, message: 'there is no such folder' }] });
}

function idIn(url: string, kind: string, user: CpmAddress): string | undefined {
  const parts = partsOf(url);
  return parts?.kind === kind && normaliseAddress(parts.boxId) === user ? parts.id : undefined;
}

interface ResourceParts {
  readonly boxId: string;
  readonly kind: string;
  readonly id: string;
}

/** Absolute or from the root; the host is not looked at, for a box may be reached by several. */
function partsOf(url: string): ResourceParts | undefined {
  try {
    const { pathname } = new URL(url, 'http://localhost');
    const [, boxId, kind, id] = /^\/nms\/v1\/[\w-]{1,32}\/([^/]+)\/(objects|folders)\/([^/]+)$/.exec(pathname) ?? [];
    return boxId === undefined || kind === undefined || id === undefined ? undefined : { boxId: decodeURIComponent(boxId), kind, id: decodeURIComponent(id) };
  } catch {
    return undefined;
  }
}
