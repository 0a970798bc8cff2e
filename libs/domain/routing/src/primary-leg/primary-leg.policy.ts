import type { AccessState } from '@cpm/vocabulary';

/** TRY_x: wait for a live CPM connection for the push timeout, then x. */
export type PrimaryAction = 'PUSH' | 'SMS' | 'UCN' | 'HOLD' | 'DEFER' | 'TRY_SMS' | 'TRY_UCN' | 'TRY_DEFER';

/** One cell of the table: for text that fits into SMS, and for anything else. */
export interface PrimaryCell {
  readonly fits: PrimaryAction;
  readonly other: PrimaryAction;
}

const same = (action: PrimaryAction): PrimaryCell => ({ fits: action, other: action });
const PUSH = same('PUSH');
const HOLD = same('HOLD');
const DEFER = same('DEFER');
const TRY_DEFER = same('TRY_DEFER');
const TEXT: PrimaryCell = { fits: 'SMS', other: 'UCN' };
const TRY_TEXT: PrimaryCell = { fits: 'TRY_SMS', other: 'TRY_UCN' };

/** `held`: the Primary just came up on CS and IP is awaited first. */
interface Row {
  readonly held: PrimaryCell;
  readonly ready: PrimaryCell;
}

const PUSH_NOW: Row = { held: PUSH, ready: PUSH };
const TEXT_AFTER_HOLD: Row = { held: HOLD, ready: TEXT };
const TRY_AFTER_HOLD: Row = { held: HOLD, ready: TRY_TEXT };
const DEFER_NOW: Row = { held: DEFER, ready: DEFER };
const TRY_THEN_DEFER: Row = { held: TRY_DEFER, ready: TRY_DEFER };

/** CPM-MLD-029, CPM-MLD-035: what the Primary gets by the state of IP (outer key) and CS (inner key). A doubtful CS counts as an unknown one. */
const PRIMARY_LEG: Readonly<Record<AccessState, Readonly<Record<AccessState, Row>>>> = {
  AVAILABLE: { AVAILABLE: PUSH_NOW, UNAVAILABLE: PUSH_NOW, UNKNOWN: PUSH_NOW, SUSPECT: PUSH_NOW },
  UNAVAILABLE: { AVAILABLE: TEXT_AFTER_HOLD, UNAVAILABLE: DEFER_NOW, UNKNOWN: TEXT_AFTER_HOLD, SUSPECT: TEXT_AFTER_HOLD },
  UNKNOWN: { AVAILABLE: TRY_AFTER_HOLD, UNAVAILABLE: TRY_THEN_DEFER, UNKNOWN: TRY_AFTER_HOLD, SUSPECT: TRY_AFTER_HOLD },
  SUSPECT: { AVAILABLE: TEXT_AFTER_HOLD, UNAVAILABLE: TRY_THEN_DEFER, UNKNOWN: TRY_AFTER_HOLD, SUSPECT: TRY_AFTER_HOLD },
};

interface PrimaryAccess {
  readonly ip: AccessState;
  readonly cs: AccessState;
  readonly held: boolean;
}

export function primaryCell({ ip, cs, held }: PrimaryAccess): PrimaryCell {
  const row = PRIMARY_LEG[ip][cs];
  return held ? row.held : row.ready;
}
