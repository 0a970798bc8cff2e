import { ceType, groupOf, SERVICES, writersOf, type EventContract, type ServiceName } from '@cpm/runtime-decider';
import { jsonSchemaOf, namedSchemas, type JsonSchema } from './json-schema.js';
import { keyPathOf } from './key-path.js';
import { topicOf, type TopicSettings } from './topics.js';

export type AsyncApiDocument = Readonly<Record<string, unknown>>;

const KAFKA_BINDING = '0.5.0';
const ENVELOPE = 'application/cloudevents+json';
const reference = (...path: readonly string[]) => ({ $ref: `#/${path.join('/')}` });

/**
 * AsyncAPI 3.0 of the events between services: a channel per topic, a message per contract, in the CloudEvents 1.0
 * structured form they have in Kafka. `services` are those whose topics are described. @throws when two contracts have one name and version
 */
export function asyncApiDocument(contracts: readonly EventContract[], settings: TopicSettings, services: readonly ServiceName[] = SERVICES): AsyncApiDocument {
  const sorted = contracts.toSorted((a, b) => (ceType(a) < ceType(b) ? -1 : 1));
  refuseDoubles(sorted);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'CPM multi-device: events between services',
      version: '1',
      description: 'Every service hears one topic. An event lies in the inbox of each of its listeners, keyed by the CPM Address of the user it is about, so that a partition is the order of everything about its users.',
    },
    defaultContentType: ENVELOPE,
    channels: Object.fromEntries(services.flatMap((service) => [
      [inboxId(service), channelOf(service, 'inbox', settings, heardBy(service, sorted).map(messageId))],
      [deadLettersId(service), channelOf(service, 'dead-letters', settings, ['DeadLetter'])],
    ])),
    operations: Object.fromEntries(services.map((service) => [`${camelCase(service)}Hears`, operationOf(service, sorted)])),
    components: {
      messages: { ...Object.fromEntries(sorted.map((contract) => [messageId(contract), messageOf(contract)])), DeadLetter: DEAD_LETTER },
      schemas: { CloudEvent: CLOUD_EVENT, ...namedSchemas(), ...Object.fromEntries(sorted.map((contract) => [messageId(contract), jsonSchemaOf(contract.schema)])) },
    },
  };
}

function refuseDoubles(sorted: readonly EventContract[]): void {
  const ids = sorted.map(messageId);
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  if (double !== undefined) throw new Error(`two contracts are ${double}`);
}

function heardBy(service: ServiceName, contracts: readonly EventContract[]): readonly EventContract[] {
  return contracts.filter(({ listeners }) => listeners.includes(service));
}

function channelOf(service: ServiceName, purpose: 'inbox' | 'dead-letters', settings: TopicSettings, messages: readonly string[]): object {
  const { name, partitions, replicas, config } = topicOf(service, purpose, settings);
  return {
    address: name,
    summary: purpose === 'inbox' ? `Everything that ${service} hears` : `What ${service} could not understand, with the reason`,
    messages: Object.fromEntries(messages.map((id) => [id, reference('components', 'messages', id)])),
    bindings: {
      kafka: {
        topic: name, partitions, replicas,
        topicConfiguration: { 'cleanup.policy': [config['cleanup.policy']], 'retention.ms': Number(config['retention.ms']) },
        bindingVersion: KAFKA_BINDING,
      },
    },
  };
}

function operationOf(service: ServiceName, contracts: readonly EventContract[]): object {
  return {
    action: 'receive',
    channel: reference('channels', inboxId(service)),
    summary: `What ${service} hears`,
    messages: heardBy(service, contracts).map((contract) => reference('channels', inboxId(service), 'messages', messageId(contract))),
    bindings: { kafka: { groupId: { type: 'string', const: groupOf(service) }, bindingVersion: KAFKA_BINDING } },
  };
}

function messageOf(contract: EventContract): object {
  return {
    name: ceType(contract),
    title: contract.type,
    summary: contract.summary,
    contentType: ENVELOPE,
    payload: {
      allOf: [reference('components', 'schemas', 'CloudEvent')],
      properties: { type: { const: ceType(contract) }, data: reference('components', 'schemas', messageId(contract)) },
    },
    bindings: { kafka: { key: { type: 'string', description: `CPM Address of the user the event is about: data.${keyPathOf(contract)}` }, bindingVersion: KAFKA_BINDING } },
    'x-owner': contract.owner,
    'x-writers': writersOf(contract),
    'x-listeners': contract.listeners,
  };
}

const CLOUD_EVENT: JsonSchema = {
  type: 'object',
  description: 'CloudEvents 1.0, structured JSON mode. (source, id) identifies an event: a repetition carries the same.',
  required: ['specversion', 'id', 'source', 'type', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', description: 'offset.index of the inbox record that caused the event; any unique text for one from outside' },
    source: { type: 'string', format: 'uri-reference', description: '/<service>/<topic generation>/<partition>, or /<service>/ingress for an event from outside' },
    type: { type: 'string' },
    traceparent: { type: 'string', description: 'Of the span that the event came of (W3C Trace Context); absent where it belongs to no trace' },
    data: { type: 'object' },
  },
};

const DEAD_LETTER = {
  name: 'cpm.runtime.DeadLetter',
  title: 'DeadLetter',
  summary: 'A record that was put aside',
  contentType: 'application/json',
  payload: {
    type: 'object',
    required: ['id', 'reason', 'value'],
    properties: {
      id: { type: 'string', description: 'Names the letter in GET /admin/v1/dead-letters' },
      reason: { type: 'string' },
      value: { type: 'string', description: 'The record as it stood in the inbox' },
    },
  },
};

function messageId({ type, version }: EventContract): string {
  return version === 1 ? type : `${type}V${version}`;
}

const inboxId = (service: ServiceName): string => `${camelCase(service)}Inbox`;
const deadLettersId = (service: ServiceName): string => `${camelCase(service)}DeadLetters`;

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
