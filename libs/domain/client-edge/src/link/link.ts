import type { Instant } from '@cpm/vocabulary';

/** The link of a notification. `removed`: the message was taken back, or its owner removed it. */
export interface Link {
  readonly expiresAt: Instant;
  readonly maxUses: number;
  readonly uses: number;
  readonly revoked: boolean;
  readonly removed: boolean;
}

export type LinkStanding = 'usable' | 'used-up' | 'expired' | 'revoked';

/** `look`: the page before the confirmation. `confirm`: counts as a use. `fetch`: the content, with the grant of a confirmation. */
export type LinkAct = 'look' | 'confirm' | 'fetch';

export function standingOf({ expiresAt, maxUses, uses, revoked, removed }: Link, now: Instant): LinkStanding {
  if (revoked || removed) return 'revoked';
  if (now >= expiresAt) return 'expired';
  return uses >= maxUses ? 'used-up' : 'usable';
}

const PERMITTED: Readonly<Record<LinkAct, readonly LinkStanding[]>> = {
  look: ['usable'],
  confirm: ['usable'],
  // What the last use granted can still be fetched.
  fetch: ['usable', 'used-up'],
};

/** CPM-MLD-033: a link shows its message so often as it may, until the message ends, and not once it was taken back. */
export function permits(act: LinkAct, link: Link, now: Instant): boolean {
  return PERMITTED[act].includes(standingOf(link, now));
}
