import type { System } from '../../start/start-system.js';
import type { Fault, FaultOf, Injector, Undo } from './fault.js';
import { brokerKill } from './kinds/broker-kill.js';
import { brokerStall } from './kinds/broker-stall.js';
import { clockSkew } from './kinds/clock-skew.js';
import { connectionsCut } from './kinds/connections-cut.js';
import { diskFull } from './kinds/disk-full.js';
import { lateWrite } from './kinds/late-write.js';
import { mongoPrimaryKill } from './kinds/mongo-primary-kill.js';
import { mongoSlow } from './kinds/mongo-slow.js';
import { mongoStepdown } from './kinds/mongo-stepdown.js';
import { networkEvents } from './kinds/network-events.js';
import { processKill } from './kinds/process-kill.js';
import { processStall } from './kinds/process-stall.js';
import { rebalanceStorm } from './kinds/rebalance-storm.js';
import { rollingRestart } from './kinds/rolling-restart.js';
import { serviceKill } from './kinds/service-kill.js';
import { smscDrop } from './kinds/smsc-drop.js';

export interface InjectorParts {
  readonly system: System;
  /** Makes what the network tells of handsets come twice, or out of order, until the result is called. */
  readonly disturbNetwork?: ((how: FaultOf<'network-events'>['how']) => Promise<Undo>) | undefined;
}

/** @throws when the system lacks what the fault is done to */
export function injectorOf(fault: Fault, { system, disturbNetwork }: InjectorParts): Injector {
  switch (fault.kind) {
    case 'process-kill': return processKill(fault, system);
    case 'process-stall': return processStall(fault, system);
    case 'late-write': return lateWrite(fault, system);
    case 'service-kill': return serviceKill(fault, system);
    case 'rolling-restart': return rollingRestart(fault, system);
    case 'rebalance-storm': return rebalanceStorm(fault, system);
    case 'clock-skew': return clockSkew(fault, system);
    case 'broker-kill': return brokerKill(fault, system);
    case 'broker-stall': return brokerStall(fault, system);
    case 'disk-full': return diskFull(fault, system);
    case 'mongo-primary-kill': return mongoPrimaryKill(fault, system);
    case 'mongo-stepdown': return mongoStepdown(fault, system);
    case 'mongo-slow': return mongoSlow(fault, system);
    case 'connections-cut': return connectionsCut(fault, system);
    case 'smsc-drop': return smscDrop(fault, system);
    case 'network-events': return networkEvents(fault, disturbNetwork);
  }
}
