import type { Dice } from './random.js';
import { resolved, type Schema } from './schema.js';

/** A place in a value: its parent there, the name in it, and the schema that it has to fit. */
interface Place {
  readonly parent: Record<string, unknown>;
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

export interface Spoiled {
  /** What was done, in a word or two. */
  readonly how: string;
  readonly json: string;
}

/** Stand in the value until it is JSON; there they become what JSON can say and JavaScript's values cannot. */
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const RAW = new Map([['@@deep-33@@', deep(33)], ['@@deep-100@@', deep(100)], ['@@deep-20000@@', deep(20_000)], ['@@huge@@', '1e999'], ['@@minus-huge@@', '-1e999'], ['@@long@@', '9'.repeat(400)]]);

/** A value that the schema does not allow, made of one that it allows by one change; undefined where the dice chose a change that this value has no place for. */
export function spoiledValue(value: unknown, schema: Schema, dice: Dice): Spoiled | undefined {
  const copy = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
  const places = placesOf(copy, schema);
  if (places.length === 0) return undefined;
  const place = dice.one(places);
  const change = dice.one(CHANGES);
  return change.make(place, dice) ? { how: change.how, json: raw(JSON.stringify(copy)) } : undefined;
}

function raw(json: string): string {
  return [...RAW].reduce((text, [sign, number]) => text.replaceAll(`"${sign}"`, number), json);
}

function placesOf(value: unknown, schema: Schema): Place[] {
  const known = resolved(schema);
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  if (Array.isArray(value)) return value.flatMap((item, index) => [{ parent, name: String(index), schema: known.items ?? {}, isRequired: true }, ...placesOf(item, known.items ?? {})]);
  return Object.entries(known.properties ?? {})
    .filter(([name]) => Object.hasOwn(parent, name))
    .flatMap(([name, inner]) => [{ parent, name, schema: inner, isRequired: known.required?.includes(name) === true }, ...placesOf(parent[name], inner)]);
}

interface Change {
  readonly how: string;
  readonly make: (place: Place, dice: Dice) => boolean;
}

const typeOf = ({ schema }: Place) => resolved(schema).type;
const put = ({ parent, name }: Place, value: unknown) => {
  parent[name] = value;
  return true;
};
/** Whether the schema leaves no doubt what is wrong. */
const isPlain = ({ schema }: Place) => {
  const { anyOf, oneOf, allOf, type, const: fixed, enum: choice } = resolved(schema);
  return !anyOf && !oneOf && !allOf && (type !== undefined || fixed !== undefined || choice !== undefined);
};

const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  string: [1, true, null, [], {}, ['a'], { $gt: '' }, { toString: 'x' }],
  integer: ['1', true, null, [], {}, 1.5, '@@huge@@', '@@minus-huge@@', '@@long@@', 2 ** 60],
  number: ['1', 'NaN', true, null, [], {}, '@@huge@@', '@@minus-huge@@', '@@long@@'],
  boolean: ['true', 0, 1, null, [], {}],
  array: ['a', 1, null, {}, { length: 1 }, true],
  object: ['a', 1, null, [], true],
};

const CHANGES: readonly Change[] = [
  { how: 'wrong type', make: (place, dice) => isPlain(place) && put(place, dice.one(WRONG[typeOf(place) ?? 'string'] ?? [null])) },
  { how: 'missing', make: (place) => place.isRequired && !Array.isArray(place.parent) && Reflect.deleteProperty(place.parent, place.name) },
  { how: 'null', make: (place) => isPlain(place) && put(place, null) },
  { how: 'deep nesting', make: (place, dice) => put(place, dice.one(['@@deep-33@@', '@@deep-100@@', '@@deep-20000@@'])) },
  { how: 'forbidden key', make: (place, dice) => {
    const key = dice.one(['__proto__', 'constructor', 'prototype']);
    if (typeof place.parent[place.name] !== 'object') return put(place, Object.fromEntries([[key, { polluted: true }]]));
    Object.defineProperty(place.parent[place.name], key, { value: { polluted: true }, enumerable: true, configurable: true });
    return !Array.isArray(place.parent[place.name]);
  } },
  { how: 'wrong word', make: (place, dice) => {
    const { enum: choice, const: fixed } = resolved(place.schema);
    return (choice !== undefined || fixed !== undefined) && put(place, dice.one(['', 'NONE', 'none ', '\u0000', '__proto__', '\ud800']));
  } },
  { how: 'outside its pattern', make: (place, dice) => resolved(place.schema).pattern !== undefined && put(place, dice.one(['', ' ', 'tel', '\ud800', '\u202etel:', 'TEL:+4', '../..', '\u0000'])) },
  { how: 'too long', make: (place) => {
    const { maxLength, maxItems, pattern } = resolved(place.schema);
    if (maxItems !== undefined) return put(place, Array.from({ length: maxItems + 1 }, () => (place.parent[place.name] as unknown[])[0] ?? 'x'));
    return maxLength !== undefined && pattern === undefined && put(place, 'x'.repeat(maxLength * 100));
  } },
  { how: 'too few', make: (place) => (resolved(place.schema).minItems ?? 0) > 0 && put(place, []) },
  { how: 'out of range', make: (place) => {
    const { minimum, exclusiveMinimum, type } = resolved(place.schema);
    return type === 'integer' && (minimum !== undefined || exclusiveMinimum !== undefined) && put(place, Math.min(minimum ?? exclusiveMinimum ?? 0, exclusiveMinimum ?? Infinity) - 1);
  } },
];
