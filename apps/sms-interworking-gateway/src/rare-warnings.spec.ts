import { RareWarnings } from './rare-warnings.js';

it('warns of each thing once a minute, and at once when the clock was set back', () => {
  let now = 1_000_000;
  const warned: [number, string][] = [];
  const warnings = new RareWarnings({ now: () => now }, (what) => warned.push([now, what]));
  for (const [at, what] of [[1_000_000, 'a'], [1_000_001, 'a'], [1_000_002, 'b'], [1_059_999, 'a'], [1_060_000, 'a'], [900_000, 'a'], [900_001, 'a']] as const) {
    now = at;
    warnings.of(what);
  }
  expect(warned).toEqual([[1_000_000, 'a'], [1_000_002, 'b'], [1_060_000, 'a'], [900_000, 'a']]);
});
