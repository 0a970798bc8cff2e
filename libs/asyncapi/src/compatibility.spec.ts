import { defineEvent, type EventContract } from '@cpm/runtime-decider';
import { z } from 'zod';
import { asyncApiDocument } from './async-api-document.js';
import { incompatibilities } from './compatibility.js';

const settings = { partitions: 6, replicas: 3, retentionMs: 1_000 };
const shape = { user: z.string(), sum: z.number().max(9), to: z.array(z.object({ id: z.string(), kind: z.enum(['phone', 'tablet']).optional() })), answer: z.union([z.literal('ok'), z.object({ code: z.string() })]) };
const contract = (schema: z.ZodType = z.object(shape), other: Partial<EventContract> = {}): EventContract =>
  ({ ...defineEvent({ type: 'Added', version: 1, owner: 'routing', listeners: ['client-edge'], summary: 'a sum grew', key: ({ user }: { user: string }) => user, schema: schema as z.ZodType<{ user: string }> }), ...other }) as EventContract;
const between = (released: readonly EventContract[], current: readonly EventContract[]) => incompatibilities(asyncApiDocument(released, settings), asyncApiDocument(current, settings));
const released = [contract()];

describe('the events of a version beside those of the one before', () => {
  it('may be the same, and may say more that is optional', () => {
    expect(between(released, released)).toEqual([]);
    const more = z.object({ ...shape, note: z.string().optional(), to: z.array(z.object({ id: z.string(), kind: z.enum(['phone', 'tablet']).optional(), since: z.number().optional() })) });
    expect(between(released, [contract(more, { summary: 'told better' })])).toEqual([]);
  });

  it.each<[string, z.ZodType, string]>([
    ['a further field is asked for', z.object({ ...shape, note: z.string() }), 'data.note: is asked for, and readers hear events without it'],
    ['a field is gone', z.object({ ...shape, sum: z.undefined() }).omit({ sum: true }), 'data.sum: is gone'],
    ['a field need not be there any more', z.object({ ...shape, sum: shape.sum.optional() }), 'data.sum: was asked for, and is not'],
    ['a limit is another', z.object({ ...shape, sum: z.number().max(10) }), 'data.sum.maximum: was 9, is 10'],
    ['a type is another', z.object({ ...shape, sum: z.string() }), 'data.sum.type: was "number", is "string"'],
    ['one of a list may be something else', z.object({ ...shape, to: z.array(z.object({ id: z.string(), kind: z.enum(['phone', 'tablet', 'watch']).optional() })) }), 'data.to.items.kind.enum.2: was absent, is "watch"'],
    ['there is a further alternative', z.object({ ...shape, answer: z.union([...shape.answer.options, z.number()]) }), 'data.answer.anyOf.2: was absent, is {"type":"number"}'],
  ])('may not differ so that %s', (_, schema, fault) => {
    expect(between(released, [contract(schema)])).toContain(`cpm.routing.Added.v1: ${fault}`);
  });

  it('may not say more where what is unknown is refused', () => {
    expect(between([contract(z.strictObject(shape))], [contract(z.strictObject({ ...shape, note: z.string().optional() }))])).toEqual(['cpm.routing.Added.v1: data.note: is new, and readers refuse what they do not know']);
  });

  it('may not go to others, or lie in the order of others', () => {
    expect(between(released, [contract(undefined, { listeners: ['client-edge', 'routing'] })])).toEqual(['cpm.routing.Added.v1: x-listeners.1: was absent, is "routing"']);
    const keyed = z.object({ ...shape, owner: z.string() });
    expect(between([contract(keyed)], [contract(keyed, { key: (payload) => (payload as { owner: string }).owner })])).toEqual([expect.stringContaining('cpm.routing.Added.v1: key: was ')]);
  });

  it('are heard as long as the version before says them', () => {
    expect(between(released, [])).toEqual(['cpm.routing.Added.v1: is not heard any more, and the version before says it']);
    expect(between([contract(undefined, { writers: [] })], [])).toEqual([]);
  });

  it('are heard for one version before anybody says them', () => {
    const second = contract(z.object({ total: z.number(), user: z.string() }), { version: 2 });
    expect(between(released, [...released, second])).toEqual(['cpm.routing.Added.v2: the version before does not know it, so that nobody may say it yet (writers: [])']);
    expect(between(released, [...released, { ...second, writers: [] }])).toEqual([]);
  });
});
