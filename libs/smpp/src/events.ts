import type { LinkEndReason } from './errors.js';
import type { PduUnreadableError } from './pdu.js';

/** What happens on a link beside its traffic, for logs and metrics; carries no text, number or credential of anybody. */
export type SmppEvent =
  | { readonly type: 'bound' }
  | { readonly type: 'bind-refused'; readonly status: number }
  | { readonly type: 'link-ended'; readonly reason: LinkEndReason; readonly code?: string }
  | { readonly type: 'reconnect-scheduled'; readonly delayMs: number }
  | { readonly type: 'paused'; readonly reason: 'throttled' | 'congested' | 'queue-full'; readonly delayMs: number }
  | { readonly type: 'pdu-unreadable'; readonly error: PduUnreadableError }
  | { readonly type: 'response-unawaited'; readonly command: string }
  | { readonly type: 'handler-failed'; readonly command: string; readonly error: unknown };
