import type { CommandStatusClass, StatusKind } from './command-status.js';

/** Why a link is over. */
export type LinkEndReason =
  | 'peer-closed'
  | 'socket-error'
  | 'frame-length'
  | 'peer-speaks-tls'
  | 'output-overflow'
  | 'internal-error'
  | 'response-mismatch'
  | 'nack-without-sequence'
  | 'enquire-link-timeout'
  | 'bind-timeout'
  | 'bind-refused'
  | 'peer-unbound'
  | 'not-bound-at-peer'
  | 'closed';

/** The SMSC answered a submission with something other than 0. */
export class SmppStatusError extends Error {
  override readonly name = 'SmppStatusError';
  readonly kind: StatusKind;
  constructor(
    readonly status: number,
    readonly statusClass: CommandStatusClass,
  ) {
    super(`SMSC answered 0x${status.toString(16).padStart(2, '0')} ${statusClass.name} (${statusClass.kind})`);
    this.kind = statusClass.kind;
  }
}

/** Nothing was written to the SMSC: the same request may be tried again without risk of a duplicate. */
export class SmppNotBoundError extends Error {
  override readonly name = 'SmppNotBoundError';
  constructor(readonly reason: 'unbound' | 'closing' | 'queue-full' | 'overdue') {
    super(`not written: ${reason}`);
  }
}

/** The submission was written and no answer came: the SMSC may or may not have it. */
export class SmppOutcomeUnknownError extends Error {
  override readonly name = 'SmppOutcomeUnknownError';
  constructor(readonly reason: 'response-timeout' | 'unreadable-response' | LinkEndReason) {
    super(`submission written, outcome unknown: ${reason}`);
  }
}

/** The submission breaks a limit of SMPP 3.4 and was not written; `problems` name the fields. */
export class SmppInvalidPduError extends Error {
  override readonly name = 'SmppInvalidPduError';
  constructor(readonly problems: readonly { readonly path: string; readonly message: string }[]) {
    super(`invalid PDU: ${problems.map(({ path, message }) => `${path}: ${message}`).join('; ')}`);
  }
}
