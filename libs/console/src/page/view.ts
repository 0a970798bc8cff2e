import type { OperatorApi } from './operator-api.js';

export interface Shown {
  readonly content: readonly Node[];
  /** Reads what is to be shown into the content, again and again; absent where all is there and stays as it is. */
  readonly read?: () => Promise<void>;
}

/** One page of the console; `argument` is what stands behind its name in the address. Rejects with ProblemAnswer. */
export type View = (api: OperatorApi, argument: string) => Promise<Shown>;

export function goTo(name: string, argument: string): void {
  location.hash = `#/${name}/${encodeURIComponent(argument)}`;
}
