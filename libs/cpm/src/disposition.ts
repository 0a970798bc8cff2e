import { z } from 'zod';

/** Request tokens of `imdn.Disposition-Notification` (RFC 5438, `interworking` by OMA). */
export const dispositionRequest = z.enum(['positive-delivery', 'negative-delivery', 'display', 'interworking']);
export type DispositionRequest = z.infer<typeof dispositionRequest>;

/** The classes of which at most one report each may leave, per message and recipient. */
export const dispositionClass = z.enum(['delivery', 'display', 'interworking']);
export type DispositionClass = z.infer<typeof dispositionClass>;

/** What a sender is told: `failed` is the negative delivery report, `interworked` means handed over as SMS. */
export const dispositionStatus = z.enum(['delivered', 'displayed', 'failed', 'interworked', 'stored']);
export type DispositionStatus = z.infer<typeof dispositionStatus>;

const CLASS_OF: Readonly<Record<DispositionStatus, DispositionClass>> = {
  delivered: 'delivery',
  failed: 'delivery',
  displayed: 'display',
  interworked: 'interworking',
  stored: 'interworking',
};

export function classOf(status: DispositionStatus): DispositionClass {
  return CLASS_OF[status];
}

const REQUEST_FOR: Readonly<Record<DispositionStatus, DispositionRequest>> = {
  delivered: 'positive-delivery',
  failed: 'negative-delivery',
  displayed: 'display',
  interworked: 'interworking',
  stored: 'interworking',
};

/** The token a sender must have asked with to be told of this status. */
export function requestFor(status: DispositionStatus): DispositionRequest {
  return REQUEST_FOR[status];
}
