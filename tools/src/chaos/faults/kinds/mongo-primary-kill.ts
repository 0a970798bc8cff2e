import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { isMongoWhole, primaryOf } from './recovery.js';

export function mongoPrimaryKill(fault: FaultOf<'mongo-primary-kill'>, system: System): Injector {
  let target = targetOf(fault);
  return {
    get target() { return target; },
    inject: async () => {
      const primary = await primaryOf(system);
      target = primary.name;
      await primary.kill();
      return () => primary.restart();
    },
    hasRecovered: () => isMongoWhole(system),
  };
}
