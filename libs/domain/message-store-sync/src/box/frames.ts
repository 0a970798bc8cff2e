import { fileUrl, timestamp, type CpmAddress, type DeviceId, type Instant, type Message } from '@cpm/vocabulary';
import { PushFrame } from '@cpm/contracts-client-edge';
import type { DepositObject } from '@cpm/contracts-message-store-sync';
import { publish, type Publication } from '@cpm/runtime-decider';
import type { Box } from './box.js';

const FRAME_LIFE_MS = 30 * 86_400_000;

/** Data of the frames that carry a message, as the outside interface shows it. */
function messageFrame({ id, from, to, sessionId, conversationId, contributionId, inReplyTo, contentType, content, size, sentAt, dispositionNotification }: Message) {
  return {
    id, from, to, ...(sessionId !== undefined && { sessionId }), conversationId, contributionId,
    ...(inReplyTo !== undefined && { inReplyTo }),
    contentType,
    ...(content.kind === 'inline' ? { body: content.text } : { fileUrl: fileUrl(content.contentId) }),
    size, sentAt: timestamp(sentAt), dispositionNotification,
  };
}

/** A device other than `acting` may exist: before the first snapshot nothing says that there is none. */
function hasOthers({ version, devices }: Box, acting: DeviceId | undefined): boolean {
  return version === 0 || devices.some((device) => device !== acting);
}

/** CPM-MLD-011: what a user sent from one device shows on his others as sent. */
export function sentFrame({ user, direction, message }: DepositObject, box: Box, now: Instant): readonly Publication[] {
  if (direction === 'In' || !hasOthers(box, message.originDevice)) return [];
  return [publish(PushFrame, {
    user, devices: { except: message.originDevice }, frameKey: `sent|${message.id}`, type: 'message.sent', data: messageFrame(message), at: now, expiresAt: now + FRAME_LIFE_MS,
  })];
}

/** One key for all: a device that was away needs only the last of them. */
export function storeChanged(user: CpmAddress, box: Box, { modSeq, acting }: { readonly modSeq: number; readonly acting: DeviceId | undefined }, now: Instant): readonly Publication[] {
  if (!hasOthers(box, acting)) return [];
  const devices = acting ? { except: acting } : {};
  return [publish(PushFrame, { user, devices, frameKey: 'store.changed', type: 'store.changed', data: { lastModSeq: modSeq }, at: now, expiresAt: now + FRAME_LIFE_MS })];
}

/** The only device of a user knows what his store learns by itself: it got the report, or was in the session. */
export function storeChangedForOthers(user: CpmAddress, box: Box, modSeq: number, now: Instant): readonly Publication[] {
  return box.version === 0 || box.devices.length > 1 ? storeChanged(user, box, { modSeq, acting: undefined }, now) : [];
}

export function hintFrame(user: CpmAddress, { device, modSeq }: { readonly device: DeviceId; readonly modSeq: number }, now: Instant): Publication {
  return publish(PushFrame, { user, devices: [device], frameKey: 'sync.hint', type: 'sync.hint', data: { lastModSeq: modSeq }, at: now, expiresAt: now + FRAME_LIFE_MS });
}
