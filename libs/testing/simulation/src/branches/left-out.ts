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
export const LEFT_OUT: readonly LeftOut[] = [];
