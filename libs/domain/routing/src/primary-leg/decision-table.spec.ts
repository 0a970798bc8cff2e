import { accessState, DEFAULT_POLICY, DEFAULT_PROFILE, type AccessState } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { plannedLeg } from '../delivery/leg.js';
import { planLeg } from '../fan-out/plan-leg.js';
import { profileDecider } from '../profile/profile.js';
import { device, image, PHONE, START, text } from '../scenario.fixture.js';

const CONTENT = { text: text(), tooLong: text('x'.repeat(10 * 153 + 1)), image: image() };

interface Case {
  readonly ip: AccessState;
  readonly cs: AccessState;
  /** The Primary came up on CS less than `ip.preferenceSec` ago. */
  readonly held: boolean;
  readonly content: keyof typeof CONTENT;
  /** IP was tried for `ip.pushTimeoutSec` already. */
  readonly tried: boolean;
  readonly registered: boolean;
  readonly secondaryServed: boolean;
  readonly immediate: boolean;
  readonly interworking: boolean;
  readonly ucn: boolean;
}

const BOTH = [true, false];

function product(): Case[] {
  let cases: Partial<Case>[] = [{}];
  const dimensions: { readonly [Name in keyof Case]: readonly Case[Name][] } = {
    ip: accessState.options, cs: accessState.options, held: BOTH, content: ['text', 'tooLong', 'image'], tried: BOTH, registered: BOTH,
    secondaryServed: BOTH, immediate: BOTH, interworking: BOTH, ucn: BOTH,
  };
  for (const [name, values] of Object.entries(dimensions)) cases = cases.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  return cases as Case[];
}

/**
 * The table as it was agreed, IP and CS by their first letters (Available, uNavailable, unKnown, Suspect), `*` any. The first row that fits counts.
 * `over CS`: as SMS what fits, else a notification. `try`: wait for a live connection, then what follows.
 */
const TABLE = `
  A  *    *      push
  N  N    *      defer
  K  N    *      try, defer
  S  N    *      try, defer
  N  AKS  held   hold
  N  AKS  free   over CS
  K  AKS  held   hold
  K  AKS  free   try, over CS
  S  AKS  held   hold
  S  A    free   over CS
  S  KS   free   try, over CS
`.trim().split('\n').map((line) => line.trim().split(/ {2,}/));

const LETTER: Readonly<Record<AccessState, string>> = { AVAILABLE: 'A', UNAVAILABLE: 'N', UNKNOWN: 'K', SUSPECT: 'S' };

function rowOf({ ip, cs, held, registered }: Case): string {
  // Who has no CPM client has no IP, and there is nothing to wait for.
  const [ipNow, waits] = registered ? [LETTER[ip], held ? 'held' : 'free'] : ['N', 'free'];
  const row = TABLE.find(([ips = '', css = '', hold = '']) => (ips === '*' || ips.includes(ipNow)) && (css === '*' || css.includes(LETTER[cs])) && (hold === '*' || hold === waits));
  return row?.[3] ?? 'no row';
}

function expected(given: Case): string {
  const row = rowOf(given);
  if (row === 'push') return 'FULL ip-available';
  if (row === 'defer') return 'DEFER no-access';
  if (given.secondaryServed && !given.immediate) return 'DEFER immediate-delivery-off';
  if (row === 'hold') return 'HOLD ip-preference';
  if (row.startsWith('try') && !given.tried) return 'HOLD trying-cpm';
  return row.endsWith('defer') ? 'DEFER no-access' : overCs(given);
}

function overCs({ content, interworking, ucn }: Case): string {
  if (content === 'text' && interworking) return 'SMS text-fits-sms';
  if (!ucn) return 'DEFER ucn-disabled';
  if (content === 'image') return 'UCN not-text';
  return interworking ? 'UCN text-too-long' : 'UCN sms-interworking-off';
}

function decided({ ip, cs, held, content, tried, registered, secondaryServed, ...flags }: Case): string {
  const { form, reason } = planLeg({
    device: device(PHONE, { registered }), message: CONTENT[content], binding: null, now: START, secondaryServed,
    access: { ip, cs, holdUntil: held ? START + 1 : null, revision: 1 },
    profile: { ...profileDecider.initial, preferences: DEFAULT_PROFILE },
    policy: { ...DEFAULT_POLICY, 'primary.immediateDelivery': flags.immediate, 'sms.interworking': flags.interworking, 'ucn.enabled': flags.ucn },
    leg: { ...plannedLeg(PHONE, 'primary', START), tried },
  });
  return `${form} ${reason}`;
}

requirement('CPM-MLD-035', () => {
  const cases = product();

  it('decides by the table in every case: any access, content, wait, Secondary and policy', () => {
    expect(cases).toHaveLength(4 * 4 * 3 * 2 ** 7);
    const wrong = cases.flatMap((given) => (decided(given) === expected(given) ? [] : [{ ...given, decided: decided(given), expected: expected(given) }]));
    expect(wrong).toEqual([]);
  });

  it('has a row for every access, and no row that is never used', () => {
    expect(new Set(cases.map(rowOf))).toEqual(new Set(TABLE.map((row) => row[3])));
  });
});

requirement('CPM-MLD-028', () => {
  it('serves the Primary whether or not a Secondary has it, unless policy says otherwise', () => {
    const differing = product().filter((given) => given.secondaryServed && decided(given) !== decided({ ...given, secondaryServed: false }));
    expect(differing.filter(({ immediate }) => immediate)).toEqual([]);
    expect(differing.length).toBeGreaterThan(0);
  });
});
