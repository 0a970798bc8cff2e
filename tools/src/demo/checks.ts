import { isDeepStrictEqual } from 'node:util';

/** One thing a scenario is to show; `seen` says what was there instead when it did not hold. */
export interface Check {
  readonly says: string;
  readonly held: boolean;
  readonly seen?: string;
}

/** The checks of one scenario, in order. A check that does not hold does not end the scenario. */
export class Checks {
  private readonly made: Check[] = [];

  get all(): readonly Check[] {
    return this.made;
  }

  holds(says: string, held: boolean, seen: unknown): void {
    this.made.push(held ? { says, held } : { says, held, seen: textOf(seen) });
  }

  equal(says: string, actual: unknown, expected: unknown): void {
    this.holds(says, isDeepStrictEqual(actual, expected), `${textOf(actual)}, not ${textOf(expected)}`);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
}
