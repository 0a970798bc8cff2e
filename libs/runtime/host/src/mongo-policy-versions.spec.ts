import { DEFAULT_POLICY, policy } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { MongoPolicyVersions } from './mongo-policy-versions.js';

const holding = (stored: Record<string, unknown>) =>
  new MongoPolicyVersions({ collection: () => ({ find: () => ({ toArray: () => Promise.resolve([{ _id: 3, policy: stored, at: 5 }]) }) }) } as unknown as Connection);

it('reads what an earlier release stored: a key added since has its default, and a text that would be refused now is as it was', async () => {
  const { 'sms.nationalLanguages': _added, ...earlier } = DEFAULT_POLICY;
  expect(policy.safeParse({ ...earlier, 'ucn.text': { en: '{url}' } }).success).toBe(false);
  expect(await holding({ ...earlier, 'sms.maxSegments': 4, 'ucn.text': { en: '{url}' } }).newest())
    .toEqual({ version: 3, at: 5, policy: { ...DEFAULT_POLICY, 'sms.maxSegments': 4, 'ucn.text': { en: '{url}' } } });
});

it('reads what a later release stored without what it does not know', async () => {
  expect(await holding({ ...DEFAULT_POLICY, 'later.key': true }).newest()).toMatchObject({ policy: DEFAULT_POLICY });
});
