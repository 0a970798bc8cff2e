import type { JsonSchema } from './json-schema.js';
import type { AsyncApiDocument } from './async-api-document.js';

interface Message {
  readonly payload: JsonSchema & { readonly properties?: { readonly data?: JsonSchema } };
  readonly bindings?: { readonly kafka?: { readonly key?: unknown } };
  readonly 'x-writers'?: readonly string[];
  readonly 'x-listeners'?: readonly string[];
}

type Schemas = Readonly<Record<string, JsonSchema>>;

/** What the two documents refer to by name. */
interface Named {
  readonly before: Schemas;
  readonly after: Schemas;
}

interface Components {
  readonly messages: Readonly<Record<string, Message & { readonly name: string }>>;
  readonly schemas: Schemas;
}

/** What of a schema is for people. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['description', 'title', 'examples']);
const REFERENCE = '#/components/schemas/';

/**
 * Why services of two versions that follow each other cannot work side by side, a line per fault: what either says the other must
 * be able to read. So an event only ever gains optional fields; whatever else changes is a new version of it, which is heard for one
 * release before it is said, as the old one is heard for one release after. Both documents are as `asyncApiDocument` makes them.
 */
export function incompatibilities(released: AsyncApiDocument, current: AsyncApiDocument): readonly string[] {
  const before = componentsOf(released);
  const after = componentsOf(current);
  const names = [...new Set([...Object.keys(before.messages), ...Object.keys(after.messages)])].sort();
  return names.flatMap((name) => {
    const was = before.messages[name];
    const is = after.messages[name];
    const faults = was && is ? changes(was, is, { before: before.schemas, after: after.schemas }) : lonely(was, is);
    return faults.map((fault) => `${(was ?? is)?.name}: ${fault}`);
  });
}

function componentsOf(document: AsyncApiDocument): Components {
  return (document as unknown as { components: Components }).components;
}

function lonely(was: Message | undefined, is: Message | undefined): readonly string[] {
  if (was && (was['x-writers'] ?? []).length > 0) return ['is not heard any more, and the version before says it'];
  if (is && (is['x-writers'] ?? []).length > 0) return ['the version before does not know it, so that nobody may say it yet (writers: [])'];
  return [];
}

function changes(was: Message, is: Message, named: Named): readonly string[] {
  return [
    ...differences('key', was.bindings?.kafka?.key, is.bindings?.kafka?.key),
    ...differences('x-listeners', was['x-listeners'], is['x-listeners']),
    ...schemaChanges('data', was.payload.properties?.data ?? was.payload, is.payload.properties?.data ?? is.payload, named),
  ];
}

function schemaChanges(path: string, was: unknown, is: unknown, named: Named): readonly string[] {
  const old = resolved(was, named.before);
  const young = resolved(is, named.after);
  if (!isObject(old) || !isObject(young)) return differences(path, old, young);
  return keysOf(old, young).filter((key) => !FOR_PEOPLE.has(key)).flatMap((key) => {
    if (key === 'required') return [];
    if (key === 'properties') return fieldChanges(path, old, young, named);
    return childChanges(`${path}.${key}`, old[key], young[key], named);
  });
}

/** Of a keyword that holds schemas, alone or in a list, or something plain. */
function childChanges(path: string, was: unknown, is: unknown, named: Named): readonly string[] {
  if (!Array.isArray(was) || !Array.isArray(is)) return schemaChanges(path, was, is, named);
  return Array.from({ length: Math.max(was.length, is.length) }, (_, index) => schemaChanges(`${path}.${index}`, was[index], is[index], named)).flat();
}

function fieldChanges(path: string, was: JsonSchema, is: JsonSchema, named: Named): readonly string[] {
  const old = fieldsOf(was);
  const young = fieldsOf(is);
  return keysOf(old.schemas, young.schemas).flatMap((field) => {
    const at = `${path}.${field}`;
    if (!(field in young.schemas)) return [`${at}: is gone`];
    if (!(field in old.schemas)) {
      if (young.required.has(field)) return [`${at}: is asked for, and readers hear events without it`];
      return was['additionalProperties'] === false ? [`${at}: is new, and readers refuse what they do not know`] : [];
    }
    const isAskedFor = old.required.has(field) === young.required.has(field) ? [] : [`${at}: ${old.required.has(field) ? 'was asked for, and is not' : 'is asked for, and was not'}`];
    return [...isAskedFor, ...schemaChanges(at, old.schemas[field], young.schemas[field], named)];
  });
}

function fieldsOf({ properties, required }: JsonSchema): { readonly schemas: JsonSchema; readonly required: ReadonlySet<string> } {
  return { schemas: (properties ?? {}) as JsonSchema, required: new Set(required as readonly string[] | undefined) };
}

function resolved(schema: unknown, named: Schemas): unknown {
  const reference = isObject(schema) ? schema['$ref'] : undefined;
  return typeof reference === 'string' && reference.startsWith(REFERENCE) ? named[reference.slice(REFERENCE.length)] : schema;
}

function differences(path: string, was: unknown, is: unknown): readonly string[] {
  if (Array.isArray(was) && Array.isArray(is)) return Array.from({ length: Math.max(was.length, is.length) }, (_, index) => differences(`${path}.${index}`, was[index], is[index])).flat();
  return shown(was) === shown(is) ? [] : [`${path}: was ${shown(was)}, is ${shown(is)}`];
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

function keysOf(was: JsonSchema, is: JsonSchema): readonly string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])];
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
