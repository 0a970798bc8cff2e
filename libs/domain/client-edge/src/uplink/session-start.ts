import type { DeviceId, Instant, SessionHead } from '@cpm/vocabulary';
import { publish, type Publication } from '@cpm/runtime-decider';
import { InviteParticipant, StartSession } from '@cpm/contracts-routing';

/**
 * What makes a session begin: its creator's own part comes first in his log, so that what he says next finds it, then the focus, which asks
 * the others.
 */
export function sessionEvents(session: SessionHead, device: DeviceId, at: Instant): readonly Publication[] {
  const { creator: user } = session;
  return [
    publish(InviteParticipant, { user, session, generation: 1, from: user, admitted: device, expiresAt: at, at }),
    publish(StartSession, { session, device, at }),
  ];
}
