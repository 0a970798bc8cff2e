import type { Dice } from './random.js';
import { resolved, type Schema } from './schema.js';

const USERS = 200;
const PATTERNED: Readonly<Record<string, (dice: Dice) => string>> = {
  '^(tel:\\+|sip:)': (dice) => (dice.is(0.9) ? `tel:+4977${1_000_000 + dice.from(0, USERS)}` : `sip:fuzz${dice.from(0, USERS)}@example.org`),
  '^urn:': (dice) => `urn:uuid:00000000-0000-4000-8000-${String(dice.from(0, 999)).padStart(12, '0')}`,
};
/** Words that fit the other patterns of the document. */
const SAMPLES = ['*/*', 'image/*', 'text/plain', 'en', 'de', 'pt-BR', '08:30', '23:59', 'default', 'work', 'a', '1'];
const LONGEST_TEXT = 40;
const DEEPEST = 6;

/** A value that the schema allows and that makes no sense: numbers and names at random. */
export function validValue(schema: Schema, dice: Dice, depth = 0): unknown {
  const known = resolved(schema);
  const choices = known.oneOf ?? known.anyOf;
  if (choices) return validValue(dice.one(choices), dice, depth);
  if (known.allOf) return Object.assign({}, ...known.allOf.map((part) => validValue(part, dice, depth) as object)) as object;
  if (known.const !== undefined) return known.const;
  if (known.enum) return dice.one(known.enum);
  switch (known.type) {
    case 'string': return text(known, dice);
    case 'integer': return whole(known, dice);
    case 'number': return dice.one([0, 1, dice.from(0, 1_000_000), Date.now() + dice.from(-10_000_000, 10_000_000), dice.next() * 1e9]);
    case 'boolean': return dice.is(0.5);
    case 'array': return Array.from({ length: count(known, dice, depth) }, () => validValue(known.items ?? {}, dice, depth + 1));
    case 'object': return object(known, dice, depth);
    case 'null': return null;
    default: return dice.one([dice.word(), dice.from(-5, 5), true, null]);
  }
}

function text({ pattern, minLength = 0, maxLength = LONGEST_TEXT }: Schema, dice: Dice): string {
  const known = pattern === undefined ? undefined : PATTERNED[pattern];
  if (known) return known(dice);
  if (pattern !== undefined) return dice.one(SAMPLES.filter((sample) => new RegExp(pattern).test(sample)));
  return dice.word().padEnd(minLength, 'x').slice(0, maxLength);
}

/** About now where a time would do, for a time far away makes most decisions alike. */
function whole({ minimum = -1_000, exclusiveMinimum, maximum = Number.MAX_SAFE_INTEGER }: Schema, dice: Dice): number {
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
  if (maximum > 1e12 && dice.is(0.6)) return Date.now() + dice.from(-1_000_000, 100_000_000);
  return dice.one([Math.max(least, -1_000), Math.max(least, 1), dice.from(Math.max(least, -1_000), Math.min(maximum, 100_000))]);
}

function count({ minItems = 0, maxItems = 3 }: Schema, dice: Dice, depth: number): number {
  return Math.max(minItems, depth > DEEPEST ? 0 : dice.from(minItems, Math.min(maxItems, Math.max(minItems, 3))));
}

function object({ properties = {}, required = [], additionalProperties, propertyNames }: Schema, dice: Dice, depth: number): object {
  const own = Object.entries(properties)
    .filter(([name]) => required.includes(name) || (depth < DEEPEST && dice.is(0.5)))
    .map(([name, schema]) => [name, validValue(schema, dice, depth + 1)] as const);
  if (typeof additionalProperties !== 'object' || Object.keys(properties).length > 0) return Object.fromEntries(own);
  const names = Array.from({ length: dice.from(1, 3) }, () => (propertyNames ? String(validValue(propertyNames, dice)) : dice.word()));
  return Object.fromEntries(names.map((name) => [name, validValue(additionalProperties, dice, depth + 1)]));
}
