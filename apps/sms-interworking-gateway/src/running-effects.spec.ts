import { systemClock } from '@cpm/runtime-host';
import { RunningEffects } from './running-effects.js';

it('gives up what cannot be begun, says so, and begins what comes after it', async () => {
  const said: string[] = [];
  const effects = new RunningEffects(systemClock, { retrying: () => said.push('retrying'), gaveUp: (error) => said.push((error as Error).message) });
  effects.begin(() => {
    throw new Error('no such field');
  });
  effects.begin(() => Promise.reject(new Error('away')));
  effects.begin(async () => void said.push('begun'));
  await effects.idle();
  expect(said).toEqual(expect.arrayContaining(['no such field', 'away', 'begun']));
  expect(said).toHaveLength(3);
});

it('tells again what could not be told', async () => {
  const said: string[] = [];
  const effects = new RunningEffects(systemClock, { retrying: () => said.push('retrying'), gaveUp: () => said.push('gave up') });
  let times = 0;
  await effects.tell(async () => {
    times += 1;
    if (times === 1) throw new Error('away');
  });
  expect([said, times]).toEqual([['retrying'], 2]);
});
