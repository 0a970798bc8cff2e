import { requirement } from '@cpm/runtime-decider';
import type { DeviceId } from '@cpm/vocabulary';
import { EMPTY_BOX } from './box.js';
import { rulesUnder, underPolicy } from './sync-policy.js';

const [phone, watch] = ['urn:uuid:00000000-0000-4000-8000-000000000001', 'urn:uuid:00000000-0000-4000-8000-000000000003'] as [DeviceId, DeviceId];
const box = { ...EMPTY_BOX, devices: [phone, watch], syncRules: [{ deviceId: watch, maxAgeDays: 5, contentTypes: ['text/*'] }], rulesSince: { [watch]: 2 } };

requirement('CPM-MLD-016', () => {
  it('shows devices no more than the service provider keeps in step, and no more than they want', () => {
    expect(underPolicy(box, { maxAgeDays: 30, maxBytes: 1_000 }).syncRules).toEqual([{ deviceId: phone, maxAgeDays: 30, maxBytes: 1_000 }, { deviceId: watch, maxAgeDays: 5, contentTypes: ['text/*'], maxBytes: 1_000 }]);
    expect(underPolicy(box, { maxAgeDays: 0, maxBytes: 0 })).toBe(box);
  });

  it('counts rules under other limits as others, in 15 digits', () => {
    const numbers = [[0, 0], [30, 0], [31, 0], [0, 1_000], [0, 1_001], [36_500, Number.MAX_SAFE_INTEGER]].map(([maxAgeDays, maxBytes]) => rulesUnder(2_000_000_000, { maxAgeDays: maxAgeDays!, maxBytes: maxBytes! }));
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const number of numbers) expect(String(number)).toMatch(/^\d{1,15}$/);
  });
});
