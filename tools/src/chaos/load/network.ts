import { signToken } from '../../dev-tokens/dev-tokens.js';

/** How what the network tells comes in: as it is, twice, or the newer before the older. */
export type Disturbance = 'none' | 'duplicated' | 'reordered';

interface Phone {
  /** CPM Address with a telephone number. */
  readonly address: string;
  readonly device: string;
}

const OLDER_BY_MS = 120_000;
const ATTEMPTS_FOR_MS = 60_000;
const PAUSE_MS = 500;

/** The network of phones that are on CS only: it tells again and again what is so. */
export class Network {
  #disturbance: Disturbance = 'none';

  constructor(private readonly url: string) {}

  disturb(how: Disturbance): void {
    this.#disturbance = how;
  }

  /** The phone is not registered with IMS. */
  async deregistered({ address, device }: Phone): Promise<void> {
    const body = { address, contacts: [{ deviceId: device, state: 'terminated' }] };
    await this.#tell('/network/v1/ims/registrations', body);
    if (this.#disturbance === 'duplicated') await this.#tell('/network/v1/ims/registrations', body);
  }

  /** SMS reaches the phone; in disorder, that it had been lost some time before comes after that. */
  async reachable({ address }: Phone): Promise<void> {
    const now = Date.now();
    const msisdn = address.replace('tel:+', '');
    const body = t8({ msisdn, monitoringType: 'UE_REACHABILITY', reachabilityType: 'SMS', eventTime: new Date(now).toISOString() });
    await this.#tell('/network/v1/t8/notifications', body);
    if (this.#disturbance === 'duplicated') await this.#tell('/network/v1/t8/notifications', body);
    if (this.#disturbance !== 'reordered') return;
    const older = { msisdn, monitoringType: 'LOSS_OF_CONNECTIVITY', lossOfConnectReason: 6, eventTime: new Date(now - OLDER_BY_MS).toISOString() };
    await this.#tell('/network/v1/t8/notifications', t8(older));
  }

  /** Says it again until it is taken. @throws when it is refused, or not taken within a minute */
  async #tell(path: string, body: unknown): Promise<void> {
    const token = await signToken({ scope: 'network' });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    for (const deadline = Date.now() + ATTEMPTS_FOR_MS; ;) {
      const answer = await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
      const said = await answer?.text().catch(() => '');
      if (answer?.ok) return;
      const isFinal = answer !== undefined && answer.status < 500 && answer.status !== 429;
      if (isFinal || Date.now() > deadline) throw new Error(`POST ${path}: ${answer?.status ?? 'no answer'} ${said ?? ''}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function t8(report: object): object {
  return { subscription: 'https://nef.chaos.example/3gpp-monitoring-event/v1/chaos/subscriptions/1', monitoringEventReports: [report] };
}
