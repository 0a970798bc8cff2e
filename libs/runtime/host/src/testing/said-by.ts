import { randomUUID } from 'node:crypto';
import type { EventContract, ServiceName } from '@cpm/runtime-decider';
import { IngressPublisher } from '@cpm/runtime-engine';
import type { Platform } from '../platform.js';

/** Publishes as another service does, which alone may: a spec's own would be refused. */
export async function saidBy<Payload>(service: ServiceName, platform: Pick<Platform, 'publisher'>, contract: EventContract<string, Payload>, payload: NoInfer<Payload>): Promise<void> {
  await new IngressPublisher(service, await platform.publisher(`${service}-spec`), randomUUID).publish(contract, payload);
}
