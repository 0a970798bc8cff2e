import { isSummaryRef, ucnRef } from '@cpm/message-tags';
import { UCN_OBTAINED } from '../nms/flags.js';
import { attributeOf } from '../box/box-object.js';
import type { Change } from '../store/local-store.js';
import type { StoredObject, Ucn } from '../store/stored.js';
import type { GoneObject } from '../sync/sync-state.js';

/** An original that a notification waits for and that is known here: its content is to be obtained. */
export interface Original {
  readonly ref: string;
  readonly object: StoredObject;
}

export function refOf(object: StoredObject): string | undefined {
  return attributeOf(object, 'Direction') === 'Out' ? undefined : attributeOf(object, 'X-UCN-Ref');
}

/** What each summary stands for, as the objects that it tells of name it: first its own reference. */
function summariesNamedBy(objects: Iterable<StoredObject>): ReadonlyMap<string, readonly string[]> {
  const named = [...objects].filter((object) => refOf(object) !== undefined).flatMap(({ attributes }) => attributes['X-UCN-Summary'] ?? []);
  return new Map(named.map((value) => value.split(' ')).map(([summary = '', ...refs]) => [summary, refs]));
}

/** CPM-MLD-034: a summary waits for all that it tells of, as soon as any one of them says what that is. */
export function afterNaming(ucns: Iterable<Ucn>, objects: Iterable<StoredObject>): Change<Ucn> {
  const unnamed = [...ucns].filter(({ state, refs }) => state === 'waiting' && refs.some(isSummaryRef));
  if (unnamed.length === 0) return {};
  const summaries = summariesNamedBy(objects);
  const named = unnamed.filter(({ refs }) => refs.some((ref) => summaries.has(ref)));
  return { put: named.map((ucn) => ({ ...ucn, refs: [...new Set(ucn.refs.flatMap((ref) => summaries.get(ref) ?? [ref]))] })) };
}

export function awaitedRefs(ucns: Iterable<Ucn>): ReadonlySet<string> {
  return new Set([...ucns].filter(({ state }) => state === 'waiting').flatMap(({ refs }) => refs));
}

/** The originals that are there, but for those that the user got by the link. */
export function originalsToObtain(ucns: Iterable<Ucn>, objects: Iterable<StoredObject>): readonly Original[] {
  return originals(ucns, objects).filter(({ object }) => !object.flags.includes(UCN_OBTAINED));
}

/** The originals that the user got by the link in a browser. */
export function originalsObtainedElsewhere(ucns: Iterable<Ucn>, objects: Iterable<StoredObject>): readonly Original[] {
  return originals(ucns, objects).filter(({ object }) => object.flags.includes(UCN_OBTAINED));
}

/** The refs of what went before it was obtained, whether or not it was ever known here. `user` is the recipient's CPM Address. */
export function refsOfGone(gone: readonly GoneObject[], user: string): readonly string[] {
  return gone.flatMap(({ correlationId }) => (correlationId === undefined ? [] : [ucnRef(correlationId, user)]));
}

/** CPM-MLD-034: a notification is discarded when all that it told of is obtained. */
export function afterObtained(ucns: Iterable<Ucn>, refs: readonly string[]): Change<Ucn> {
  return without(ucns, refs, (ucn) => ucn);
}

/** After a search: which notifications have no original in the box, and which have one after all. */
export function afterSearch(ucns: Iterable<Ucn>, objects: Iterable<StoredObject>): Change<Ucn> {
  const known = [...objects];
  const present = new Set([...known.map(refOf), ...summariesNamedBy(known).keys()]);
  const isMissing = ({ refs }: Ucn) => !refs.some((ref) => present.has(ref));
  const changed = [...ucns].filter((ucn) => ucn.state === 'waiting' && ucn.refs.length > 0 && isMissing(ucn) !== (ucn.isMissing ?? false));
  return { put: changed.map((ucn) => ({ ...ucn, isMissing: isMissing(ucn) })) };
}

/** As its user sees it. */
export function shownUcn({ isMissing, ...ucn }: Ucn): Ucn {
  return isMissing === true ? { ...ucn, state: 'unavailable' } : ucn;
}

/** When nothing is left to wait for and something was lost, a notification says so in the place of its original. */
export function afterLost(ucns: Iterable<Ucn>, refs: readonly string[]): Change<Ucn> {
  return without(ucns, refs, (ucn) => ({ ...ucn, hasLost: true }));
}

function without(ucns: Iterable<Ucn>, refs: readonly string[], mark: (ucn: Ucn) => Ucn): Change<Ucn> {
  const concerned = [...ucns].filter((ucn) => ucn.state === 'waiting' && ucn.refs.some((ref) => refs.includes(ref)));
  const rest = concerned.map((ucn) => mark({ ...ucn, refs: ucn.refs.filter((ref) => !refs.includes(ref)) }));
  const isSettled = ({ refs: left }: Ucn) => left.length === 0;
  const isOver = (ucn: Ucn) => isSettled(ucn) && (ucn.hasLost !== true || ucn.isRemoved === true);
  return {
    remove: rest.filter(isOver).map(({ id }) => id),
    put: rest.filter((ucn) => !isOver(ucn)).map((ucn) => (isSettled(ucn) ? { ...ucn, state: 'unavailable' } : ucn)),
  };
}

function originals(ucns: Iterable<Ucn>, objects: Iterable<StoredObject>): readonly Original[] {
  const awaited = awaitedRefs(ucns);
  if (awaited.size === 0) return [];
  return [...objects].flatMap((object) => {
    const ref = refOf(object);
    return ref !== undefined && awaited.has(ref) ? [{ ref, object }] : [];
  });
}
