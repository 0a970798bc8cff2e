import { timestamp, transferUrl, type CpmAddress, type DeviceId, type Message, type SessionEnd } from '@cpm/vocabulary';
import type { PushFrame } from '@cpm/contracts-client-edge';
import type { OfferEnd } from '../delivery/delivery.js';

/** One key for all that is said of a file: a device that was away needs only the last of it. */
export function offerKeyOf(transferId: string): string {
  return `file|${transferId}`;
}

interface Offer {
  readonly message: Message;
  readonly recipient: CpmAddress;
  readonly devices: readonly DeviceId[];
  readonly at: number;
}

type Frame = Pick<PushFrame, 'type' | 'data'>;

function toRecipient({ message, recipient, devices, at }: Offer, frame: Frame): PushFrame {
  return { user: recipient, devices: devices as DeviceId[], frameKey: offerKeyOf(message.id), at, expiresAt: message.expiresAt, ...frame };
}

function headOf({ message, recipient }: Offer): Record<string, unknown> {
  const { id, from, file, contentType, size, expiresAt, conversationId, contributionId, dispositionNotification } = message;
  return {
    id, from, to: recipient, conversationId, contributionId, ...(file?.name !== undefined && { fileName: file.name }), contentType, size,
    ...(file && { sha256: file.sha256 }), dispositionNotification, expiresAt: timestamp(expiresAt),
  };
}

/** `file-transfer.invited`: a device is asked whether it takes the file. */
export function invitedFrame(offer: Offer): PushFrame {
  return toRecipient(offer, { type: 'file-transfer.invited', data: headOf(offer) });
}

/** `file-transfer.accepted` for a device that is to fetch the file; `by` is the name of the one that accepted it. */
export function fetchFrame(offer: Offer, by: string | undefined): PushFrame {
  const { content, id } = offer.message;
  const where = content.kind === 'stored' ? { fileUrl: transferUrl(content.contentId, id) } : {};
  return toRecipient(offer, { type: 'file-transfer.accepted', data: { ...headOf(offer), ...where, ...(by !== undefined && { device: by }) } });
}

/** `file-transfer.cancelled`: lives longer than the offer, so that a device that saw it and went away does not offer it for ever. */
export function offerWithdrawnFrame(offer: Offer, { reason, by, expiresAt }: { readonly reason: SessionEnd; readonly by: string | undefined; readonly expiresAt: number }): PushFrame {
  const data = { id: offer.message.id, reason, ...(by !== undefined && { device: by }) };
  return { ...toRecipient(offer, { type: 'file-transfer.cancelled', data }), expiresAt };
}

/** What the sender's device is told: nothing of the recipient's devices. */
export function senderFrame(
  { message, recipient, at }: Omit<Offer, 'devices'>,
  { ended, expiresAt }: { readonly ended?: OfferEnd; readonly expiresAt: number },
): PushFrame {
  const data = { id: message.id, recipient, ...(ended !== undefined && { reason: ended }) };
  const type = ended === undefined ? 'file-transfer.accepted' : 'file-transfer.ended';
  return { user: message.from, devices: [message.originDevice], frameKey: `file|${message.id}|${recipient}`, type, data, at, expiresAt };
}
