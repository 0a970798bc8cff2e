import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { PushFrame } from '@cpm/contracts-client-edge';
import type { RevokeMessage } from '@cpm/contracts-routing';
import type { RevocationOutcome } from '../delivery/delivery.js';

interface When {
  readonly at: number;
  readonly expiresAt: number;
}

/** Tells the recipient's devices that were given the message to take it away. */
export function withdrawalFrame(
  { user, devices, messageId }: { readonly user: CpmAddress; readonly devices: readonly DeviceId[]; readonly messageId: string },
  { at, expiresAt }: When,
): PushFrame {
  return { user, devices: devices as DeviceId[], frameKey: `revoked|${messageId}`, type: 'message.revoked', data: { id: messageId }, at, expiresAt };
}

/** Tells the sender's device what became of his request; says nothing of the recipient's devices. */
export function revocationAnswerFrame(
  { messageId, sender, device, recipient }: RevokeMessage,
  { outcome, at, expiresAt }: When & { readonly outcome: RevocationOutcome },
): PushFrame {
  const frameKey = `revocation|${messageId}|${recipient}`;
  return { user: sender, devices: [device], frameKey, type: 'message.revoked', data: { id: messageId, recipient, outcome }, at, expiresAt };
}
