import { isUnnoticed, type ChaosResult } from './result.js';

type Judged = Parameters<typeof isUnnoticed>[0];
const clean = { verdict: { violations: [], figures: { refused: 0 } }, unsent: 0, logs: { files: 1, lines: 1, telling: 0, where: [] }, deadLetters: [] } as unknown as Judged;

it('notices whatever somebody could have noticed', () => {
  expect(isUnnoticed(clean)).toBe(true);
  const figures = { refused: 1 } as ChaosResult['verdict']['figures'];
  expect(isUnnoticed({ ...clean, verdict: { violations: [], figures } })).toBe(false);
  expect(isUnnoticed({ ...clean, deadLetters: [{}] })).toBe(false);
  expect(isUnnoticed({ ...clean, unsent: 1 })).toBe(false);
});
