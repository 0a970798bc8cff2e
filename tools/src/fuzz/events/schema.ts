import { asyncApiDocument, RETENTION_MS } from '@cpm/asyncapi';
import { CONTRACTS } from '../../contracts.js';

/** What is used of JSON Schema in the AsyncAPI document. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const document = asyncApiDocument(CONTRACTS, { partitions: 6, replicas: 1, retentionMs: RETENTION_MS }) as unknown as Document;

/** The schema itself, or what it refers to. */
export function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : resolved(schemaNamed(name));
}

/** Of a message, or a word of the vocabulary. @throws when the document has none of that name */
export function schemaNamed(name: string): Schema {
  const found = document.components.schemas[name];
  if (!found) throw new Error(`the AsyncAPI document has no schema ${name}`);
  return found;
}
