/** Functions in modules of deciders that no decider calls, and why. Nothing else of a module that a service's table reaches is left out. */
export interface LeftOut {
  /** Below `libs/domain`. */
  readonly file: string;
  readonly functions: readonly string[];
  readonly why: string;
}

/**
 * Branches of deciders are those of `libs/domain/<service>/src/<service>.service.ts` and of all that it imports from its own package, however
 * far. Modules that it does not reach are no deciders: they put what networks and clients say into commands before it is in a log
 * (`network-evidence`, `uplink`, `link`), or read what was decided for HTTP (`access-view`, `nms`, `sync-scope`, `cursor`).
 */
export const LEFT_OUT: readonly LeftOut[] = [
  { file: 'access-awareness/src/access-state/access.aggregate.ts', functions: ['dated'], why: 'reads what an earlier version stored, which no run begins with' },
  { file: 'access-awareness/src/network-subscription/t8-subscriptions.aggregate.ts', functions: ['withDueRefusals'], why: 'reads what an earlier version stored' },
  { file: 'sms-interworking-gateway/src/lease/leases.ts', functions: ['upgradeLeases'], why: 'reads what an earlier version stored' },
  { file: 'message-store-sync/src/box/sync-policy.ts', functions: ['underPolicy', 'narrowed'], why: 'narrows the box that HTTP answers are read from' },
  { file: 'message-store-sync/src/box/folders.ts', functions: ['folderAt', 'goesWithFolder'], why: 'find a folder by its path, and leave out of HTTP answers what goes with a removed one' },
  { file: 'message-store-sync/src/box/object-row.ts', functions: ['partsOf', 'wholeRow', 'dispositionType'], why: 'read rows for HTTP answers' },
];
