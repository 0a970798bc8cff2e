import { ceType, inboxOf, type ServiceName } from '@cpm/runtime-decider';
import { EraseUser } from '@cpm/contracts-device-registry';
import type { FrameRow } from '@cpm/domain-client-edge';
import type { UserErasure } from '@cpm/domain-device-registry';
import type { World } from '../world.js';
import type { Checker } from './checker.js';

const ORDER = `"type":"${ceType(EraseUser)}"`;

/** Who was to be erased is: no service keeps anything of him that it knew when it erased him for the last time, and no stale process has put any back. */
export const nothingLeftOfTheErased: Checker = {
  name: 'nothing is left of the erased',
  atEnd: true,
  check: (world) => {
    const users = new Set(world.history.of('erased').map(({ user }) => user));
    return [...users].flatMap((user) => {
      const [erasure] = world.storeOf('device-registry').aggregates('erasure').filter(({ stored }) => stored.id === user);
      if (typeof (erasure?.stored.state as UserErasure | undefined)?.doneAt !== 'number') return [`the erasure of ${user} does not end`];
      return [...world.stores.keys()].flatMap((service) => leftIn(world, service, user));
    });
  },
};

function leftIn({ log, stores, services }: World, service: ServiceName, user: string): string[] {
  const store = stores.get(service);
  const order = log.records(inboxOf(service)).findLast(({ key, value }) => key === user && value.includes(ORDER));
  if (!store || !order) return [`${service} was never asked to erase ${user}`];
  const kinds = services.find(({ name }) => name === service)?.aggregates.filter(({ survivesErasure }) => !survivesErasure) ?? [];
  const kept = kinds.flatMap(({ name }) => store.aggregates(name)
    .filter(({ stored }) => stored.owner === user && stored.watermark <= order.offset)
    .map(({ stored }) => `${service} still knows ${name} ${stored.id} of before the erasure`));
  const frames = [...store.rows('frames').values()] as unknown as FrameRow[];
  const letters = [...store.rows('dead-letters')].filter(([, row]) => row['key'] === user && (row['at'] as number) < order.timestamp);
  return [
    ...kept,
    ...frames.filter(({ u, at }) => u === user && at < order.timestamp).map(({ n, type }) => `a frame of before the erasure is kept: ${n} ${type} of ${user}`),
    ...letters.map(([id]) => `the letter ${id} of ${user} is kept`),
  ];
}
