import type { CpmAddress, DeviceId, SessionHead } from '@cpm/vocabulary';
import { sessionEvents } from '../index.js';

const alice = 'tel:+4915110000001' as CpmAddress;
const bob = 'tel:+4915110000002' as CpmAddress;
const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const session: SessionHead = { id: 's1', creator: alice, kind: 'one-to-one', participants: [alice, bob], conversationId: 'c1', contributionId: 'k1' };

it('puts the creator into the session before its focus asks the others, in one log', () => {
  const events = sessionEvents(session, phone, 5);
  expect(events.map(({ contract }) => contract.type)).toEqual(['InviteParticipant', 'StartSession']);
  expect(events.map(({ contract, payload }) => contract.key(payload))).toEqual([alice, alice]);
  expect(events[0]?.payload).toMatchObject({ admitted: phone, generation: 1 });
});
