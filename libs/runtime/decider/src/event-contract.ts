export const SERVICES = [
  'device-registry',
  'access-awareness',
  'routing',
  'sms-interworking-gateway',
  'report-aggregation',
  'message-store-sync',
  'client-edge',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The part of a zod schema that the kernel needs: parse, or throw an error that names the field. */
export interface Schema<Payload> {
  parse(value: unknown): Payload;
}

/**
 * An event (or command) that crosses services: its name and version, who owns it, who hears it, whose log it
 * belongs to. One copy goes to the inbox of each listener.
 */
export interface EventContract<Type extends string = string, Payload = unknown> {
  readonly type: Type;
  readonly version: number;
  readonly owner: ServiceName;
  readonly listeners: readonly ServiceName[];
  /** The services that say it; its owner alone unless listed. What a broker lets a service write follows from it. */
  readonly writers?: readonly ServiceName[];
  /** The CPM Address of the user the event is about: the Kafka key. */
  readonly key: (payload: Payload) => string;
  readonly schema: Schema<Payload>;
  /** One sentence for the AsyncAPI document. */
  readonly summary: string;
}

export type PayloadOf<Contract> = Contract extends EventContract<string, infer Payload> ? Payload : never;

export function defineEvent<Type extends string, Payload>(contract: EventContract<Type, Payload>): EventContract<Type, Payload> {
  return contract;
}

export function writersOf({ owner, writers = [owner] }: Pick<EventContract, 'owner' | 'writers'>): readonly ServiceName[] {
  return writers;
}

/** @throws when the contract does not list the service as a writer: it would have no right to, and the broker would refuse all that goes with it */
export function assertWriter(service: ServiceName, contract: Pick<EventContract, 'owner' | 'writers' | 'type'>): void {
  if (!writersOf(contract).includes(service)) throw new Error(`${service} publishes ${contract.type}, which does not list it as a writer`);
}

/** The CloudEvents `type` of a contract: `cpm.routing.MessageOffered.v1`. */
export function ceType(contract: Pick<EventContract, 'owner' | 'type' | 'version'>): string {
  return `cpm.${contract.owner}.${contract.type}.v${contract.version}`;
}

/** The one inbox topic of a service. */
export function inboxOf(service: ServiceName): string {
  return `cpm.${service}.inbox`;
}

/** The one consumer group of a service. */
export function groupOf(service: ServiceName): string {
  return `cpm.${service}`;
}

export function deadLettersOf(service: ServiceName): string {
  return `cpm.${service}.dead-letters`;
}
