import { fileUrl, objectUrl, serviceOf, storedObjectId, timestamp, type CpmAddress, type DeviceId, type Message } from '@cpm/vocabulary';
import type { PushFrame } from '@cpm/contracts-client-edge';
import { offerKeyOf } from '../file-offer/offer-frames.js';

/** One key per message or offer, so that a second push is recognised and an unfetched frame can be withdrawn. */
export function frameKeyOf(message: Message): string {
  return serviceOf(message) === 'file-transfer' ? offerKeyOf(message.id) : `msg|${message.id}`;
}

export interface MessageFrame {
  readonly message: Message;
  readonly recipient: CpmAddress;
  readonly devices: readonly DeviceId[];
  readonly at: number;
}

/** `message.received`, or in a session `session.message`: the message with its content. */
export function receivedFrame({ message, recipient, devices, at }: MessageFrame): PushFrame {
  const { content } = message;
  const carried = content.kind === 'inline' ? { body: content.text } : { fileUrl: fileUrl(content.contentId) };
  return {
    user: recipient, devices: devices as DeviceId[], frameKey: frameKeyOf(message), type: serviceOf(message) === 'chat' ? 'session.message' : 'message.received',
    data: { ...headOf(message, recipient), ...carried }, at, expiresAt: message.expiresAt,
  };
}

/** `message.available`: the message is in the recipient's store, to be fetched from there. */
export function availableFrame({ message, recipient, devices, at }: MessageFrame): PushFrame {
  const available = { objectUrl: objectUrl(recipient, storedObjectId('In', message.id)) };
  return {
    user: recipient, devices: devices as DeviceId[], frameKey: frameKeyOf(message), type: 'message.available',
    data: { ...headOf(message, recipient), ...available }, at, expiresAt: message.expiresAt,
  };
}

/** CPM-MLD-011: every device gets the same conversation, contribution and reply identifiers, so all see one thread. */
function headOf(message: Message, to: CpmAddress): Record<string, unknown> {
  const { id, from, sessionId, conversationId, contributionId, inReplyTo, contentType, size, sentAt, dispositionNotification } = message;
  return {
    id, from, to, ...(sessionId !== undefined && { sessionId }), conversationId, contributionId, ...(inReplyTo !== undefined && { inReplyTo }), contentType, size,
    sentAt: timestamp(sentAt), dispositionNotification,
  };
}
