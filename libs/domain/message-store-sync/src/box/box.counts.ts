import { count, type Count } from '@cpm/metrics';
import type { BoxEvent } from './box.js';

/** Objects that the box took in, and changes of those it has. */
export function countsOfBox(event: BoxEvent): readonly Count[] {
  switch (event.type) {
    case 'ObjectDeposited':
      return [count('cpm_store_objects_total', { kind: 'message' })];
    case 'DispositionKept':
      return [count('cpm_store_objects_total', { kind: 'report' })];
    case 'SessionKept':
      return event.history ? [count('cpm_store_objects_total', { kind: 'session' })] : [];
    case 'ObjectsCreated':
      return [count('cpm_store_objects_total', { kind: 'created' }, event.objects.length)];
    case 'ObjectChanged':
      return [count('cpm_store_changes_total', {})];
    case 'ObjectsUpdated':
      return [count('cpm_store_changes_total', {}, event.objects.length)];
    default:
      return [];
  }
}
