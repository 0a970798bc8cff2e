import { requirement } from '@cpm/runtime-decider';
import type { DeviceId } from '@cpm/vocabulary';
import * as fc from 'fast-check';
import { canReplay } from '../nms/restart-token.js';
import { EMPTY_BOX, type Box } from './box.js';
import { LEAP, restoredBox } from './restored-box.js';

const phone = 'urn:uuid:00000000-0000-4000-8000-000000000001' as DeviceId;
const number = fc.integer({ min: 0, max: LEAP - 1 });

requirement('CPM-MLD-016', () => {
  it('takes no token of before for one to go on from, however far the box goes on', () => {
    fc.assert(fc.property(number, number, number, (modSeq, given, later) => {
      const restored = restoredBox({ ...EMPTY_BOX, modSeq });
      const position = modSeq + (given % (LEAP - 1));
      expect(canReplay({ position, index: 1, rules: 0 }, { ...restored, modSeq: restored.modSeq + later }, phone)).toBe(false);
    }));
  });

  it('goes on from the tokens that it gives', () => {
    const restored = restoredBox({ ...EMPTY_BOX, modSeq: 7 });
    expect(canReplay({ position: restored.modSeq, index: 1, rules: 0 }, { ...restored, modSeq: restored.modSeq + 1 }, phone)).toBe(true);
  });

  it('gives lists an index that nobody has seen', () => {
    const subscriptions: Box['subscriptions'] = [{ id: 's', device: phone, durationSec: 60, expiresAt: 1, place: { position: 3, index: 5 }, rules: 0 }];
    expect(restoredBox({ ...EMPTY_BOX, subscriptions }).subscriptions[0]?.place).toEqual({ position: 3, index: 5 + LEAP });
  });
});
