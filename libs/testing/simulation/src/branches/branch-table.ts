import type { ServiceBranches } from './decider-branches.js';

type Counted = Pick<ServiceBranches, 'covered' | 'total'>;

function all(services: readonly ServiceBranches[]): Counted {
  return { covered: services.reduce((sum, { covered }) => sum + covered, 0), total: services.reduce((sum, { total }) => sum + total, 0) };
}

function percent({ covered, total }: Counted): number {
  return total === 0 ? 100 : (covered / total) * 100;
}

export function isEnough(services: readonly ServiceBranches[], minPercent: number): boolean {
  return percent(all(services)) >= minPercent;
}

/** The branches that no seed took, then a line per service and one of all. */
export function tableOf(services: readonly ServiceBranches[]): string {
  const line = (name: string, counted: Counted) => `${name.padEnd(26)} ${String(counted.covered).padStart(5)}/${String(counted.total).padEnd(5)} branches of deciders ${percent(counted).toFixed(1).padStart(6)} %`;
  return [
    ...services.flatMap(({ uncovered }) => uncovered.map((where) => `not taken: ${where}`)),
    ...services.map((service) => line(service.service, service)),
    line('all services', all(services)),
  ].join('\n');
}
