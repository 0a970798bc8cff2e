import { RefusedError } from './calls.js';
import { eventually } from './eventually.js';
import type { Stage } from './stage.js';

/** Puts the policy back that was in force before; resolves with what there is to say about it, if anything. */
export type RestorePolicy = () => Promise<string | undefined>;

/** For one run: the default policy with shorter waits, so that nobody waits long and the checks know what to expect. */
export async function setPolicyForRun({ operator }: Stage, changes: Readonly<Record<string, unknown>>): Promise<RestorePolicy> {
  const before = await operator.call('/policy');
  const mine = await operator.call('/policy', { method: 'PUT', body: changes, headers: { 'if-match': before.etag } });
  return async () => {
    try {
      await operator.call('/policy', { method: 'PUT', body: before.body, headers: { 'if-match': mine.etag } });
      return undefined;
    } catch (error) {
      if (error instanceof RefusedError && error.status === 412) return 'somebody changed the policy during the run: theirs stays';
      throw error;
    }
  };
}

/** Services learn of a policy within a second or so: waits until a wait for IP has the length that the policy says. */
export async function policyInForce(stage: Stage, preferenceSec: number): Promise<void> {
  const tester = await stage.person('Tester');
  const phone = await stage.phoneOf(tester);
  let waits: readonly number[] = [];
  await eventually({
    that: `a wait for IP takes ${preferenceSec} s, as the policy says`,
    probe: async () => {
      await stage.goOnline(phone);
      await stage.goOffline(phone);
      const { recent } = await stage.operator.access(tester);
      waits = recent.flatMap(({ at, holdUntil }) => (holdUntil === undefined ? [] : [Date.parse(holdUntil) - Date.parse(at)]));
      return waits[0] === preferenceSec * 1_000 ? true : undefined;
    },
    instead: () => `the last waits were ${JSON.stringify(waits)} ms`,
  });
}
