import type { System } from '../../../start/start-system.js';
import { targetOf, type FaultOf, type Injector } from '../fault.js';
import { isSmscBound } from './recovery.js';

const DROP_EVERY_MS = 500;

export function smscDrop(fault: FaultOf<'smsc-drop'>, system: System): Injector {
  const { smsc } = system;
  if (!smsc) throw new Error('the SMSC is not the simulator');
  const inject = {
    'before-response': () => {
      smsc.configure({ answer: 'no-response' });
      return () => {
        smsc.disconnectClients();
        // Takes the rule's place and then ends itself, so that rules for single recipients count again.
        smsc.configure({ answer: 'accept', submissions: 1 });
      };
    },
    'after-response': () => {
      const timer = setInterval(() => smsc.disconnectClients(), DROP_EVERY_MS);
      return () => { clearInterval(timer); };
    },
  }[fault.when];
  return {
    target: targetOf(fault),
    inject: () => {
      const undo = inject();
      return Promise.resolve(() => {
        undo();
        return Promise.resolve();
      });
    },
    hasRecovered: () => Promise.resolve(isSmscBound(system)),
  };
}
