import { accessState, type AccessState } from '@cpm/vocabulary';
import { requirement } from '@cpm/runtime-decider';
import { primaryAction, type PrimaryAction } from './primary-leg.policy.js';

const STATES = accessState.options;

/** The decision table in words: ip, cs, held, and the actions for a fitting text and for anything else. */
const EXPECTED: readonly [ip: readonly AccessState[], cs: readonly AccessState[], held: readonly boolean[], fits: PrimaryAction, other: PrimaryAction][] = [
  [['AVAILABLE'], STATES, [true, false], 'PUSH', 'PUSH'],
  [['UNAVAILABLE'], ['AVAILABLE', 'UNKNOWN', 'SUSPECT'], [false], 'SMS', 'UCN'],
  [['UNAVAILABLE'], ['AVAILABLE', 'UNKNOWN', 'SUSPECT'], [true], 'HOLD', 'HOLD'],
  [['UNAVAILABLE'], ['UNAVAILABLE'], [true, false], 'DEFER', 'DEFER'],
  [['UNKNOWN'], ['AVAILABLE', 'UNKNOWN', 'SUSPECT'], [false], 'TRY_SMS', 'TRY_UCN'],
  [['SUSPECT'], ['UNKNOWN', 'SUSPECT'], [false], 'TRY_SMS', 'TRY_UCN'],
  [['SUSPECT'], ['AVAILABLE'], [false], 'SMS', 'UCN'],
  [['UNKNOWN', 'SUSPECT'], ['AVAILABLE', 'UNKNOWN', 'SUSPECT'], [true], 'HOLD', 'HOLD'],
  [['UNKNOWN', 'SUSPECT'], ['UNAVAILABLE'], [true, false], 'TRY_DEFER', 'TRY_DEFER'],
];

const product = STATES.flatMap((ip) => STATES.flatMap((cs) => [true, false].flatMap((held) => [true, false].map((fits) => ({ ip, cs, held, fits })))));

requirement('CPM-MLD-035', () => {
  it.each(product)('IP $ip, CS $cs, held $held, text fits $fits', ({ ip, cs, held, fits }) => {
    const rows = EXPECTED.filter(([ips, css, helds]) => ips.includes(ip) && css.includes(cs) && helds.includes(held));
    expect(rows).toHaveLength(1);
    expect([primaryAction({ ip, cs, held, fits })]).toEqual(rows.map((row) => (fits ? row[3] : row[4])));
  });

  it('prefers IP wherever it is there', () => {
    const pushed = product.filter((access) => primaryAction(access) === 'PUSH');
    expect(pushed).toEqual(product.filter(({ ip }) => ip === 'AVAILABLE'));
  });
});
