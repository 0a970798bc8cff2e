import { accessState, autoAnswer, capabilities, content, deviceName, keyedAddress, keyedDeviceId, message, preferenceProfile, preferences } from '@cpm/vocabulary';
import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Words of the vocabulary that stand in the document once and are referred to by name. */
const NAMED: ReadonlyMap<z.core.$ZodType, string> = new Map<z.core.$ZodType, string>([
  [keyedAddress, 'CpmAddress'],
  [keyedDeviceId, 'DeviceId'],
  [deviceName, 'DeviceName'],
  [accessState, 'AccessState'],
  [autoAnswer, 'AutoAnswer'],
  [capabilities, 'Capabilities'],
  [content, 'Content'],
  [message, 'Message'],
  [preferenceProfile, 'PreferenceProfile'],
  [preferences, 'Preferences'],
]);

/** What code checks and JSON Schema cannot: these schemas are functions, described here by hand. */
const DESCRIBED: ReadonlyMap<z.core.$ZodType, JsonSchema> = new Map<z.core.$ZodType, JsonSchema>([
  [keyedAddress, { type: 'string', pattern: '^(tel:\\+|sip:)', description: 'CPM Address: tel:+E164, or a lower-case sip:user@domain' }],
  [keyedDeviceId, { type: 'string', pattern: '^urn:', description: 'Device id: urn:uuid:… or urn:gsma:imei:…, lower case' }],
  [deviceName, { type: 'string', minLength: 1, maxLength: 64, description: 'Name of a device, NFC, without control characters' }],
]);

/**
 * What a writer must put into a payload, as JSON Schema draft 7 (the dialect of AsyncAPI 3).
 * @throws when the schema is not of zod, or holds something that JSON Schema has no words for and nobody described
 */
export function jsonSchemaOf(schema: unknown): JsonSchema {
  if (!(schema instanceof z.ZodType)) throw new Error('the schema of a contract must be one of zod');
  const { $schema: _, '~standard': __, ...json } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', unrepresentable: 'any', override: refer });
  return json;
}

/** The schemas that `jsonSchemaOf` refers to, by name. */
export function namedSchemas(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([...NAMED].map(([schema, name]) => [name, jsonSchemaOf(schema)]));
}

function refer({ zodSchema, jsonSchema, path }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema; path: (string | number)[] }): void {
  const name = NAMED.get(zodSchema);
  const described = DESCRIBED.get(zodSchema);
  if (name !== undefined && path.length > 0) become(jsonSchema, { $ref: `#/components/schemas/${name}` });
  else if (described !== undefined) become(jsonSchema, described);
  else if (zodSchema._zod.def.type === 'custom') throw new Error(`${path.join('.')} is a check in code: describe it`);
}

function become(jsonSchema: z.core.JSONSchema.BaseSchema, content: JsonSchema): void {
  for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
  Object.assign(jsonSchema, content);
}
