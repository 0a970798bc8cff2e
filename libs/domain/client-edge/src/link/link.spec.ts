import { requirement } from '@cpm/runtime-decider';
import fc from 'fast-check';
import { permits, standingOf, type Link, type LinkAct, type LinkStanding } from './link.js';

const NOW = Date.UTC(2026, 0, 5, 12);
const link = (change: Partial<Link> = {}): Link => ({ expiresAt: NOW + 1, maxUses: 2, uses: 0, revoked: false, removed: false, ...change });

requirement('CPM-MLD-033', () => {
  it.each<[string, Partial<Link>, LinkStanding, readonly LinkAct[]]>([
    ['that is new', {}, 'usable', ['look', 'confirm', 'fetch']],
    ['with a use left', { uses: 1 }, 'usable', ['look', 'confirm', 'fetch']],
    ['without a use left', { uses: 2 }, 'used-up', ['fetch']],
    ['at its end', { expiresAt: NOW }, 'expired', []],
    ['used up, at its end', { uses: 2, expiresAt: NOW }, 'expired', []],
    ['taken back', { revoked: true }, 'revoked', []],
    ['of a message that is gone', { removed: true }, 'revoked', []],
    ['taken back, used up, at its end', { revoked: true, uses: 2, expiresAt: NOW }, 'revoked', []],
  ])('a link %s', (_, change, standing, acts) => {
    expect(standingOf(link(change), NOW)).toBe(standing);
    expect((['look', 'confirm', 'fetch'] as const).filter((act) => permits(act, link(change), NOW))).toEqual(acts);
  });

  it('shows its message at most so often as it may, whatever is tried', () => {
    const step = fc.constantFrom('look' as const, 'confirm' as const, 'fetch' as const, 'revoke' as const);
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (maxUses, steps) => {
      let [current, shown] = [link({ maxUses }), 0];
      for (const act of steps) {
        if (act === 'revoke') current = { ...current, revoked: true };
        else if (permits(act, current, NOW) && act === 'confirm') {
          expect(current.revoked).toBe(false);
          [current, shown] = [{ ...current, uses: current.uses + 1 }, shown + 1];
        }
      }
      expect(shown).toBeLessThanOrEqual(maxUses);
    }));
  });
});
