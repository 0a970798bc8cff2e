import { collectionOf, readJourney, type JourneyLine } from '@cpm/runtime-mongo';
import type { AggregateStore } from '@cpm/runtime-ports';
import { timestamp } from '@cpm/vocabulary';
import type { Connection } from 'mongoose';
import { z } from 'zod';

/** One decision about a message. `recipient` is absent where all recipients are meant; `at` is RFC 3339. */
export const journeyEntry = z.object({
  at: z.iso.datetime(), service: z.string(), recipient: z.string().exactOptional(), device: z.string().exactOptional(), deviceName: z.string().exactOptional(),
  form: z.string().exactOptional(), step: z.string(), reason: z.string().exactOptional(),
}).meta({ id: 'JourneyEntry' });
export type JourneyEntryView = z.output<typeof journeyEntry>;

/** The collections of aggregates that keep a journal. */
export const JOURNALS: readonly string[] = [
  collectionOf('routing', 'submission'),
  collectionOf('routing', 'delivery'),
  collectionOf('routing', 'participation'),
  collectionOf('routing', 'focus'),
  collectionOf('sms-interworking-gateway', 'sms'),
  collectionOf('report-aggregation', 'ledger'),
];

/** Stands in the sender's log, so its owner is no recipient. */
const SUBMISSIONS = collectionOf('routing', 'submission');

/** What this service reads of a stored subscriber: what he calls his devices. */
const subscriberState = z.object({ devices: z.array(z.object({ id: z.string(), name: z.string() })) });

/** Every decision about a message, from the services that keep journals. */
export class Journeys {
  constructor(
    private readonly connection: Connection,
    private readonly subscribers: Pick<AggregateStore, 'load'>,
  ) {}

  /** Oldest first; empty when no service knows the message. */
  async of(messageId: string): Promise<JourneyEntryView[]> {
    const lines = await readJourney(this.connection, JOURNALS, messageId);
    const names = await this.deviceNames(lines);
    return lines.map((line) => viewOf(line, names));
  }

  private async deviceNames(lines: readonly JourneyLine[]): Promise<ReadonlyMap<string, string>> {
    const owners = new Set(lines.filter(({ device }) => device !== undefined).map(({ owner }) => owner));
    const stored = await this.subscribers.load('subscriber', [...owners]);
    return new Map(stored.flatMap(({ state }) => subscriberState.parse(state).devices.map(({ id, name }) => [id, name] as const)));
  }
}

function viewOf({ at, step, device, form, reason, collection, owner }: JourneyLine, names: ReadonlyMap<string, string>): JourneyEntryView {
  const deviceName = device === undefined ? undefined : names.get(device);
  return {
    at: timestamp(at),
    service: collection.slice(0, collection.indexOf('.')),
    ...(collection !== SUBMISSIONS && { recipient: owner }),
    ...(device !== undefined && { device }),
    ...(deviceName !== undefined && { deviceName }),
    ...(form !== undefined && { form }),
    step,
    ...(reason !== undefined && { reason }),
  };
}
