import { timestamp, type CpmAddress, type DeviceId, type Message, type SessionEnd, type SessionHead } from '@cpm/vocabulary';
import type { PushFrame } from '@cpm/contracts-client-edge';
import { receivedFrame } from '../conversation/message-frame.js';

interface Address {
  readonly user: CpmAddress;
  readonly device: DeviceId;
  readonly at: number;
  readonly expiresAt: number;
}

/** One key for all that is said of a session: a device that was away needs only the last of it. */
function frame(session: SessionHead, { user, device, at, expiresAt }: Address, rest: Pick<PushFrame, 'type' | 'data'>): PushFrame {
  return { user, devices: [device], frameKey: `session|${session.id}`, at, expiresAt, ...rest };
}

function headOf({ id, kind, participants, subject, conversationId, contributionId }: SessionHead, from: CpmAddress): Record<string, unknown> {
  return { id, from, kind, participants, ...(subject !== undefined && { subject }), conversationId, contributionId };
}

export function invitedFrame(session: SessionHead, to: Address, from: CpmAddress): PushFrame {
  return frame(session, to, { type: 'session.invited', data: { ...headOf(session, from), expiresAt: timestamp(to.expiresAt) } });
}

/** `own` is the name of the user's device that is in. */
export function establishedFrame(session: SessionHead, to: Address, { from, own }: { readonly from: CpmAddress; readonly own: string | undefined }): PushFrame {
  return frame(session, to, { type: 'session.established', data: { ...headOf(session, from), ...(own !== undefined && { device: own }) } });
}

/** `by` is the name of the user's own device that decided. */
export function endedFrame(
  session: SessionHead,
  to: Address,
  { type, reason, by }: { readonly type: 'session.cancelled' | 'session.closed'; readonly reason: SessionEnd; readonly by: string | undefined },
): PushFrame {
  return frame(session, to, { type, data: { id: session.id, reason, ...(by !== undefined && { device: by }) } });
}

/** Somebody is writing: of interest for a moment, and of one person only the last. */
const COMPOSING_LIFE_MS = 15_000;

export function composingFrame(message: Message, { recipient, devices, at }: { readonly recipient: CpmAddress; readonly devices: readonly DeviceId[]; readonly at: number }): PushFrame {
  return { ...receivedFrame({ message, recipient, devices, at }), frameKey: `composing|${message.sessionId}|${message.from}`, expiresAt: at + COMPOSING_LIFE_MS };
}
