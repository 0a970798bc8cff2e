import { Injectable } from '@nestjs/common';
import type { ServiceName } from '@cpm/runtime-decider';
import type { IngressPublisher } from '@cpm/runtime-engine';
import type { KeyedKafkaServer } from './keyed-kafka-server.js';

interface HostedService {
  readonly server: KeyedKafkaServer;
  readonly ingress: IngressPublisher;
}

/** The services that this process runs. */
@Injectable()
export class HostedServices {
  readonly #services = new Map<ServiceName, HostedService>();

  /** @throws when the service is hosted already */
  add(service: HostedService): void {
    const { service: name } = service.server;
    if (this.#services.has(name)) throw new Error(`${name} is hosted twice in one process`);
    this.#services.set(name, service);
  }

  get names(): readonly ServiceName[] {
    return [...this.#services.keys()];
  }

  get servers(): readonly KeyedKafkaServer[] {
    return [...this.#services.values()].map(({ server }) => server);
  }

  ingressOf(name: ServiceName): IngressPublisher | undefined {
    return this.#services.get(name)?.ingress;
  }
}
