import { defineEvent, type EventContract } from '@cpm/runtime-decider';
import { keyedAddress, message } from '@cpm/vocabulary';
import { z } from 'zod';
import { asyncApiDocument } from './async-api-document.js';

const settings = { partitions: 6, replicas: 3, retentionMs: 1_000 };
const contract: EventContract = defineEvent({
  type: 'MessageSplit', version: 1, owner: 'routing', listeners: ['routing', 'client-edge'], summary: 'A message was split',
  key: ({ message: { from } }) => from,
  schema: z.object({ message, recipients: z.array(keyedAddress).min(1), note: z.string().default('') }),
}) as EventContract;

interface Shape {
  readonly channels: Record<string, { address: string; messages: Record<string, unknown>; bindings: { kafka: Record<string, unknown> } }>;
  readonly components: { readonly schemas: Record<string, unknown>; readonly messages: Record<string, { bindings: { kafka: { key: { description: string } } } }> };
}
const documentOf = (...contracts: EventContract[]) => asyncApiDocument(contracts, settings) as unknown as Shape;

it('puts a message into the inbox of each listener and into no other', () => {
  const { channels } = documentOf(contract);
  const hearing = Object.values(channels).filter(({ messages }) => 'MessageSplit' in messages).map(({ address }) => address);
  expect(hearing).toEqual(['cpm.routing.inbox', 'cpm.client-edge.inbox']);
});

it('describes the partitions of a topic and names the field that is the key', () => {
  const { channels, components } = documentOf(contract);
  expect(channels['routingInbox']?.bindings.kafka).toMatchObject({ topic: 'cpm.routing.inbox', partitions: 6, replicas: 3 });
  expect(components.messages['MessageSplit']?.bindings.kafka.key.description).toContain('data.message.from');
});

it('refers to words of the vocabulary by name, and asks a writer only for what has no default', () => {
  expect(documentOf(contract).components.schemas['MessageSplit']).toEqual({
    type: 'object',
    required: ['message', 'recipients'],
    properties: {
      message: { $ref: '#/components/schemas/Message' },
      recipients: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/CpmAddress' } },
      note: { type: 'string', default: '' },
    },
  });
});

it('has a target for every reference', () => {
  const document: unknown = documentOf(contract);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  const isThere = (path: string) => path.split('/').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document) !== undefined;
  expect(references.filter((path) => !isThere(path))).toEqual([]);
  expect(references.length).toBeGreaterThan(10);
});

it('refuses two contracts of one name and version', () => {
  expect(() => documentOf(contract, { ...contract })).toThrow('two contracts are MessageSplit');
});

it('refuses a check in code that nobody described, and a key that is no field', () => {
  expect(() => documentOf({ ...contract, schema: z.object({ secret: z.custom<string>() }) })).toThrow('properties.secret is a check in code');
  expect(() => documentOf({ ...contract, key: () => 'everybody' })).toThrow('MessageSplit: the key must be a field');
});
