import type { ServiceName } from '@cpm/runtime-decider';
import { Dice } from '@cpm/testing-simulation';

export interface PlannedKill {
  readonly service: ServiceName;
  /** After the one before has been overcome. */
  readonly afterMs: number;
}

const SHORTEST_GAP_MS = 2_000;
const GAP_SPREAD_MS = 4_000;

/** Which services are killed when; the same seed plans the same. */
export function planKills(services: readonly ServiceName[], kills: number, seed: number): PlannedKill[] {
  const dice = new Dice(seed);
  return Array.from({ length: kills }, () => ({
    service: services[dice.below(services.length)] as ServiceName,
    afterMs: SHORTEST_GAP_MS + dice.below(GAP_SPREAD_MS),
  }));
}
