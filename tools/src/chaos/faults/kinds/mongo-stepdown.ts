import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { clusterOf, isMongoWhole, primaryOf } from './recovery.js';

/** How long it keeps from becoming primary again. */
const SECONDS = 10;

export function mongoStepdown(fault: FaultOf<'mongo-stepdown'>, system: System): Injector {
  let target = targetOf(fault);
  return {
    get target() { return target; },
    inject: async () => {
      await primaryOf(system);
      target = (await clusterOf(system).mongo.stepDown(SECONDS)).name;
      return () => Promise.resolve();
    },
    hasRecovered: () => isMongoWhole(system),
  };
}
