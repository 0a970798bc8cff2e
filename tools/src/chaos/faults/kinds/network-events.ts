import { targetOf, type FaultOf, type Injector, type Undo } from '../fault.js';

export function networkEvents(fault: FaultOf<'network-events'>, disturb: ((how: FaultOf<'network-events'>['how']) => Promise<Undo>) | undefined): Injector {
  return {
    target: targetOf(fault),
    inject: () => (disturb ? disturb(fault.how) : Promise.reject(new Error('nobody plays the network whose events could be disturbed'))),
    hasRecovered: () => Promise.resolve(true),
  };
}
