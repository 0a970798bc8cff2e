import { Dice } from '@cpm/testing-simulation';

/** How many there are of whom; everybody is named by his place. */
export interface Cast {
  /** People with a phone and two other devices on IP, who write to one another. */
  readonly talkers: number;
  /** Of these, the first so many keep a box on two devices. */
  readonly boxes: number;
  /** People with a phone on CS only. */
  readonly texters: number;
  /** People with two devices that answer by themselves, all of them in each group. */
  readonly members: number;
  readonly groups: number;
}

export type BoxEdit = 'read' | 'unread' | 'flag' | 'unflag' | 'remove' | 'move';

export type Operation =
  /** A text between talkers, from one of the sender's devices. */
  | { readonly do: 'write'; readonly from: number; readonly device: number; readonly to: number; readonly display: boolean; readonly repeat: boolean }
  /** A text to a phone on CS. */
  | { readonly do: 'text'; readonly from: number; readonly to: number; readonly repeat: boolean }
  | { readonly do: 'say'; readonly from: number; readonly group: number }
  | { readonly do: 'invite'; readonly from: number; readonly to: number }
  | { readonly do: 'offer'; readonly from: number; readonly to: number; readonly bytes: number }
  | { readonly do: 'edit'; readonly who: number; readonly device: number; readonly edit: BoxEdit; readonly nth: number }
  /** A device is without IP for a time. */
  | { readonly do: 'leave'; readonly who: 'talker' | 'member'; readonly index: number; readonly device: number; readonly forMs: number }
  /** The network tells twice what is so, and late what was so before. */
  | { readonly do: 'network'; readonly texter: number; readonly via: 't8' | 'ims' };

const DEVICES = 3;
const BOX_DEVICES = [1, 2] as const;
/** Of a thousand messages. */
const DISPLAYED = 300;
const REPEATED = 80;
/** `read` comes more often than what it is undone by. */
const EDITS: readonly BoxEdit[] = ['read', 'read', 'read', 'unread', 'flag', 'flag', 'unflag', 'remove', 'move'];
const SHORTEST_ABSENCE_MS = 2_000;
const ABSENCE_SPREAD_MS = 18_000;
const SMALLEST_FILE = 1;
const FILE_SPREAD = 40_000;

type Roll = (dice: Dice, cast: Cast) => Operation;

const ROLLS: Readonly<Record<Operation['do'], Roll>> = {
  write: (dice, { talkers }) => ({ do: 'write', ...twoOf(dice, talkers), device: dice.below(2), display: dice.chance(DISPLAYED), repeat: dice.chance(REPEATED) }),
  text: (dice, { talkers, texters }) => ({ do: 'text', from: dice.below(talkers), to: dice.below(texters), repeat: dice.chance(REPEATED) }),
  say: (dice, { members, groups }) => ({ do: 'say', from: dice.below(members), group: dice.below(groups) }),
  invite: (dice, { talkers }) => ({ do: 'invite', ...twoOf(dice, talkers) }),
  offer: (dice, { talkers }) => ({ do: 'offer', ...twoOf(dice, talkers), bytes: SMALLEST_FILE + dice.below(FILE_SPREAD) }),
  edit: (dice, { boxes }) => ({ do: 'edit', who: dice.below(boxes), device: dice.oneOf(BOX_DEVICES) as number, edit: dice.oneOf(EDITS) as BoxEdit, nth: dice.below(50) }),
  leave: (dice, { talkers, members }) => {
    const who = dice.chance(800) ? 'talker' : 'member';
    const index = dice.below(who === 'talker' ? talkers : members);
    return { do: 'leave', who, index, device: dice.below(who === 'talker' ? DEVICES : 2), forMs: SHORTEST_ABSENCE_MS + dice.below(ABSENCE_SPREAD_MS) };
  },
  network: (dice, { texters }) => ({ do: 'network', texter: dice.below(texters), via: dice.chance(500) ? 't8' : 'ims' }),
};

/** Of a hundred operations. */
const MIX: Readonly<Record<Operation['do'], number>> = { write: 52, text: 10, say: 12, invite: 5, offer: 5, edit: 10, leave: 1, network: 5 };
const KINDS = (Object.keys(MIX) as Operation['do'][]).flatMap((kind) => Array.from({ length: MIX[kind] }, () => kind));

/** What is done, one after the other without end; the same seed does the same. */
export function* operations(seed: number, cast: Cast): Generator<Operation, never> {
  const dice = new Dice(seed);
  for (;;) yield ROLLS[dice.oneOf(KINDS) as Operation['do']](dice, cast);
}

function twoOf(dice: Dice, count: number): { readonly from: number; readonly to: number } {
  const from = dice.below(count);
  return { from, to: (from + 1 + dice.below(count - 1)) % count };
}
