import { randomUUID } from 'node:crypto';
import { writersOf, type EventContract, type ServiceName } from '@cpm/runtime-decider';
import { IngressPublisher } from '@cpm/runtime-engine';
import type { RunningHost } from '../bootstrap.js';
import type { Platform } from '../platform.js';
import { PLATFORM } from '../tokens.js';

/** Puts events into the log of a host as a service that may write them does, in this order: the host's own may not. */
export async function tell<Payload>({ app }: Pick<RunningHost, 'app'>, contract: EventContract<string, Payload>, ...payloads: readonly NoInfer<Payload>[]): Promise<void> {
  const [writer] = writersOf(contract) as [ServiceName];
  const publisher = new IngressPublisher(writer, await app.get<Platform>(PLATFORM, { strict: false }).publisher(`${writer}-spec`), randomUUID);
  await Promise.all(payloads.map((payload) => publisher.publish(contract, payload)));
}
