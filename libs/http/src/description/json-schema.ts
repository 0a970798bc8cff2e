import { cpmAddress, deviceId, deviceName } from '@cpm/vocabulary';
import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;
type Direction = 'input' | 'output';

/** What code checks and JSON Schema cannot, in the canonical form: other spellings of the same may be taken, too. */
const WORDS: ReadonlyMap<z.core.$ZodType, readonly [name: string, schema: JsonSchema]> = new Map<z.core.$ZodType, readonly [string, JsonSchema]>([
  [cpmAddress, ['CpmAddress', {
    type: 'string', description: 'CPM Address: tel:+E164, or a lower-case sip:user@domain',
    pattern: '^(tel:\\+[1-9][0-9]{6,14}|sip:[a-z0-9._-]{1,64}@[a-z0-9]{1,32}(\\.[a-z]{1,16}){1,4})$', examples: ['tel:+4915110000001'],
  }]],
  [deviceId, ['DeviceId', {
    type: 'string', description: 'Device id: urn:uuid:…, or urn:gsma:imei:… of 8-6-1 digits',
    pattern: '^urn:(uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|gsma:imei:[0-9]{8}-[0-9]{6}-[0-9])$', examples: ['urn:uuid:00000000-0000-4000-8000-000000000001'],
  }]],
  [deviceName, ['DeviceName', { type: 'string', minLength: 1, maxLength: 64, description: 'Name of a device, NFC, without control characters or spaces at its ends' }]],
]);

const LIKENESSES = new WeakMap<z.core.$ZodType, z.ZodType>();

/** A schema that code makes too wide to be described, with one that says what may be sent. */
export function describedAs<Schema extends z.ZodType>(schema: Schema, likeness: z.ZodType): Schema {
  LIKENESSES.set(schema, likeness);
  return schema;
}

/** The schemas of a document that stand in it once, each under the name that its `meta({ id })` gives it. */
export class SchemaComponents {
  readonly #byName = new Map<string, JsonSchema>();

  get all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#byName].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What may be sent (`input`) or is answered (`output`), as JSON Schema 2020-12. @throws when two schemas have one name, or one is another as it is sent */
  of(schema: z.ZodType, io: Direction): JsonSchema {
    const { $schema: _, '~standard': __, $defs = {}, ...json } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any', reused: 'inline', override: (at) => this.#adapt(at, io) }) as Record<string, unknown> & { $defs?: Record<string, JsonSchema> };
    for (const [name, definition] of Object.entries($defs)) this.#keep(name, rewritten(definition));
    return rewritten(json);
  }

  #keep(name: string, schema: JsonSchema): void {
    const known = this.#byName.get(name);
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`two schemas are called ${name}`);
    this.#byName.set(name, schema);
  }

  #adapt({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }, io: Direction): void {
    const word = WORDS.get(zodSchema);
    const likeness = LIKENESSES.get(zodSchema);
    if (word) {
      const [name, schema] = word;
      this.#keep(name, schema);
      become(jsonSchema, { $ref: `#/components/schemas/${name}` });
    } else if (likeness && io === 'input') become(jsonSchema, this.of(likeness, io));
    // Of `readonly()`: it says that nobody changes the value in memory, not that it must not be sent.
    delete jsonSchema.readOnly;
    // The format says it shorter.
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  }
}

function become(jsonSchema: z.core.JSONSchema.BaseSchema, content: JsonSchema): void {
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
  Object.assign(jsonSchema, content);
}

/** With references into the document instead of the schema. */
function rewritten(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema, (key, value: unknown) => (key === '$ref' && typeof value === 'string' ? value.replace(/^#\/\$defs\//, '#/components/schemas/') : value));
  return JSON.parse(text) as JsonSchema;
}
