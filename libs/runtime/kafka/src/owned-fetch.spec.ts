import { OwnershipLostError } from '@cpm/runtime-ports';
import type { EachBatchPayload } from 'kafkajs';
import { Assignment } from './assignment.js';
import { OwnedFetch } from './owned-fetch.js';

const coordinatorSays = (type: string) => Object.assign(new Error(type), { type });

/** One fetched partition of kafkajs, of which calls may be made to fail. */
function fetched(failing: { heartbeat?: Error; commit?: Error } = {}) {
  const calls: string[] = [];
  const call = async (name: string, failure: Error | undefined) => {
    calls.push(name);
    if (failure) throw failure;
  };
  const payload = {
    batch: { topic: 'inbox', partition: 2 },
    heartbeat: () => call('heartbeat', failing.heartbeat),
    commitOffsetsIfNecessary: (offsets: unknown) => call(`commit ${JSON.stringify(offsets)}`, failing.commit),
    resolveOffset: (offset: string) => { calls.push(`resolve ${offset}`); },
  } as unknown as EachBatchPayload;
  const assignment = new Assignment();
  assignment.begin([2]);
  const session = new OwnedFetch(assignment, assignment.current, new Map([[2, payload]]), () => undefined);
  return { session, assignment, calls, failing };
}

it('commits first, then moves on', async () => {
  const { session, assignment, calls } = fetched();
  await session.heartbeat();
  await session.commit(new Map([[2, 8]]));
  expect(calls).toEqual(['heartbeat', 'commit {"topics":[{"topic":"inbox","partitions":[{"partition":2,"offset":"8"}]}]}', 'resolve 7']);
  expect(assignment.fetched(2, 5, 10)).toBe(8);
  expect([session.rejoin, session.isEnding]).toEqual([undefined, false]);
});

it('does not move on when the commit is refused', async () => {
  const refusal = coordinatorSays('ILLEGAL_GENERATION');
  const { session, calls } = fetched({ commit: refusal });
  await expect(session.commit(new Map([[2, 8]]))).rejects.toBeInstanceOf(OwnershipLostError);
  expect(calls).toHaveLength(1);
  expect(session.rejoin).toBe(refusal);
  await expect(session.heartbeat()).rejects.toBeInstanceOf(OwnershipLostError);
  expect(calls).toHaveLength(1);
});

it('may still commit when a rebalance has only begun, and joins again afterwards', async () => {
  const rebalance = coordinatorSays('REBALANCE_IN_PROGRESS');
  const { session, calls } = fetched({ heartbeat: rebalance });
  await session.heartbeat();
  await session.commit(new Map([[2, 8]]));
  expect(calls.at(-1)).toBe('resolve 7');
  expect([session.rejoin, session.isEnding]).toEqual([rebalance, true]);
});

it.each(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'NOT_COORDINATOR_FOR_GROUP'])('ends at the heartbeat that is answered %s', async (type) => {
  const answer = coordinatorSays(type);
  const { session } = fetched({ heartbeat: answer });
  await expect(session.heartbeat()).rejects.toBeInstanceOf(OwnershipLostError);
  await expect(session.commit(new Map([[2, 8]]))).rejects.toBeInstanceOf(OwnershipLostError);
  expect(session.rejoin).toBe(answer);
});

it('ends, and joins again, when the coordinator cannot be asked', async () => {
  const { session } = fetched({ heartbeat: new Error('connection closed') });
  await expect(session.heartbeat()).rejects.toBeInstanceOf(OwnershipLostError);
  expect(session.rejoin).toMatchObject({ name: 'KafkaJSProtocolError', type: 'REBALANCE_IN_PROGRESS' });
});

it('is worth nothing after the turn, even if the same partitions came back', async () => {
  const { session, assignment, calls } = fetched();
  assignment.end();
  assignment.begin([2]);
  await expect(session.commit(new Map([[2, 8]]))).rejects.toBeInstanceOf(OwnershipLostError);
  await expect(session.heartbeat()).rejects.toBeInstanceOf(OwnershipLostError);
  expect(calls).toEqual([]);
  expect([session.rejoin, session.isEnding]).toEqual([undefined, true]);
});

it('leaves the position alone when a new turn began during the commit', async () => {
  const { session, assignment, calls } = fetched();
  const committing = session.commit(new Map([[2, 8]]));
  assignment.end();
  await committing;
  expect(calls.filter((call) => call.startsWith('resolve'))).toEqual([]);
  expect(assignment.fetched(2, 5, 10)).toBe(5);
});

it('refuses to commit what was not fetched', async () => {
  const { session, calls } = fetched();
  await expect(session.commit(new Map([[1, 8]]))).rejects.toThrow('partition 1 is not part of this fetch');
  expect(calls).toEqual([]);
});
