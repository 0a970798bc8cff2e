import type { FoundLetter } from './dead-letter-count.js';
import type { Written } from './record-writer.js';

export interface EventVerdict {
  /** Records that had to go aside, and those that were told of exactly once with a reason. */
  readonly hostile: number;
  readonly aside: number;
  readonly notAside: readonly Written[];
  readonly withoutReason: readonly string[];
  readonly notToldOnce: readonly string[];
  /** Records that had to be taken and were put aside, by reason; those that contradict themselves are counted apart. */
  readonly inconsistent: number;
  readonly nonsense: number;
  readonly nonsenseAside: Readonly<Record<string, number>>;
  /** Dead letters of records that we did not write: what services told one another, by topic and reason. */
  readonly others: Readonly<Record<string, number>>;
  /** Of the hostile records, by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly reasons: number;
}

/** A decision puts a text aside for which there is nobody to give it to. */
const DELIBERATE = /^inbound short message/;
/** What fits its schema and names an aggregate of another user than its own must not be taken. */
const INCONSISTENT = /^id: the [\w-]+ is not of the user/;

export function judgeEvents(written: readonly Written[], found: ReadonlyMap<string, FoundLetter>): EventVerdict {
  const hostile = written.filter(({ must }) => must === 'go aside');
  const nonsense = written.filter(({ must }) => must === 'be taken');
  const ours = new Set(written.map(({ id }) => id));
  const letterOf = ({ id }: Written) => found.get(id);
  const aside = hostile.filter((record) => letterOf(record) !== undefined);
  return {
    hostile: hostile.length,
    aside: aside.filter((record) => isWhole(letterOf(record))).length,
    notAside: hostile.filter((record) => letterOf(record) === undefined),
    withoutReason: aside.filter((record) => letterOf(record)?.reason === '').map(({ id }) => id),
    notToldOnce: aside.filter((record) => letterOf(record)?.told !== 1).map(({ id }) => id),
    nonsense: nonsense.length,
    inconsistent: nonsense.filter((record) => INCONSISTENT.test(letterOf(record)?.reason ?? '')).length,
    nonsenseAside: counted(nonsense.flatMap((record) => {
      const letter = letterOf(record);
      return letter && !INCONSISTENT.test(letter.reason) ? [`${record.kind}: ${letter.reason}`] : [];
    })),
    others: counted([...found].filter(([id, { reason }]) => !ours.has(id) && !DELIBERATE.test(reason)).map(([id, { reason }]) => `${id.split('/', 1)[0] ?? ''}: ${reason}`)),
    kinds: counted(hostile.map(({ kind }) => kind)),
    reasons: new Set([...found.values()].map(({ reason }) => reason)).size,
  };
}

function isWhole(letter: FoundLetter | undefined): boolean {
  return letter !== undefined && letter.reason !== '' && letter.told === 1;
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
