import type { OperatorApi } from './operator-api.js';

export interface Shown {
  readonly content: readonly Node[];
  /** Brings what is shown up to date; absent where it stays as it is. */
  readonly live?: () => Promise<void>;
}

/** One page of the console; `argument` is what stands behind its name in the address. Rejects with ProblemAnswer. */
export type View = (api: OperatorApi, argument: string) => Promise<Shown>;

export function goTo(name: string, argument: string): void {
  location.hash = `#/${name}/${encodeURIComponent(argument)}`;
}
