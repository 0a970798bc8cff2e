import { SERVICES } from '@cpm/runtime-decider';
import { planKills } from './kill-plan.js';

it('plans the same for the same seed, and something else for another', () => {
  expect(planKills(SERVICES, 20, 7)).toEqual(planKills(SERVICES, 20, 7));
  expect(planKills(SERVICES, 20, 7)).not.toEqual(planKills(SERVICES, 20, 8));
});

it('reaches every service and leaves a few seconds between kills', () => {
  const plan = planKills(SERVICES, 200, 1);
  expect(new Set(plan.map(({ service }) => service))).toEqual(new Set(SERVICES));
  expect(plan.every(({ afterMs }) => afterMs >= 2_000 && afterMs < 6_000)).toBe(true);
});
