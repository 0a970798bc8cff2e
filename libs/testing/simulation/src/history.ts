import type { ServiceName } from '@cpm/runtime-decider';
import type { AggregateWrite, StoredAggregate } from '@cpm/runtime-ports';
import type { World } from './world.js';

/** What devices, the SMSC and the sender saw, in the order they saw it. Checkers read nothing else but this and the stores. */
export interface Sighting {
  readonly at: number;
  readonly what:
    | { kind: 'accepted'; messageId: string; from: string; originDevice: string; to: readonly string[]; text: boolean; requested: readonly string[]; expiresAt: number }
    | { kind: 'received'; device: string; messageId: string; role: 'primary' | 'secondary'; frame: string; cursor: number }
    | { kind: 'reported'; device: string; messageId: string; recipient: string; status: string; reportId: string; cursor: number }
    | { kind: 'submitted'; messageId: string; user: string; form: string; attempt: number; known: boolean }
    | { kind: 'sms-received'; messageId: string; user: string; form: string }
    | { kind: 'acknowledged'; device: string; messageId: string; status: string }
    | { kind: 'privacy'; user: string; sendReadReports: boolean };
}

/** The run as it happened, and the runtime's own promises checked at every write and commit. */
export class History {
  readonly sightings: Sighting[] = [];
  readonly violations: string[] = [];
  private readonly versions = new Map<string, StoredAggregate>();

  saw(at: number, what: Sighting['what']): void {
    this.sightings.push({ at, what });
  }

  of<Kind extends Sighting['what']['kind']>(kind: Kind): (Extract<Sighting['what'], { kind: Kind }> & { at: number; order: number })[] {
    return this.sightings.flatMap(({ at, what }, order) => (what.kind === kind ? [{ ...(what as Extract<Sighting['what'], { kind: Kind }>), at, order }] : []));
  }

  /** Versions and watermarks only ever grow, by one write at a time, and no record is applied twice. */
  wrote(service: ServiceName, { kind, next }: AggregateWrite): void {
    const key = `${service}/${kind}/${next.id}`;
    const before = this.versions.get(key);
    if (before && next.version !== before.version + 1) this.violations.push(`${key}: version ${before.version} -> ${next.version}`);
    if (before && next.watermark < before.watermark) this.violations.push(`${key}: watermark ${before.watermark} -> ${next.watermark}`);
    const outputs = next.outbox.map(({ offset, index, topic }) => `${offset}.${index} to ${topic}`);
    const twice = outputs.find((output, at) => outputs.indexOf(output) !== at);
    if (twice !== undefined) this.violations.push(`${key}: a record was applied twice, its output ${twice} stands twice`);
    this.versions.set(key, next);
  }

  /** Everything that a committed record put out is in the log. */
  committed(service: ServiceName, next: ReadonlyMap<number, number>, world: World): void {
    for (const [key, stored] of this.versions) {
      if (!key.startsWith(`${service}/`)) continue;
      const upTo = next.get(stored.partition);
      if (upTo === undefined) continue;
      for (const { offset, topic, value } of stored.outbox) {
        if (offset >= upTo) continue;
        if (!world.inLog(topic, value)) this.violations.push(`${service} committed ${upTo} but an output of ${offset} is not in ${topic}`);
      }
    }
  }
}
