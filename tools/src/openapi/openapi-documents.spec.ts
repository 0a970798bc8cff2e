import { allModules } from '@cpm/app-all-in-one';
import { openApiDocuments } from '@cpm/runtime-host';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ownerOf } from '../start/services.js';

/** Every process answers these; the entry has its own way to each. */
const OF_EACH = /^\/(health|metrics|asyncapi|openapi)(\/|$)/;
/** The edge has them, too, for an entry that is split otherwise. */
const OF_TWO = /^\/admin\/v1\/dead-letters/;

const documents = [...openApiDocuments(allModules)];

it.each(documents)('describes %s in OpenAPI 3.1', async (_service, document) => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  expect(errors).toBeUndefined();
  expect({ valid, version: validator.version }).toEqual({ valid: true, version: '3.1' });
});

it.each(documents)('leads nowhere in the description of %s', (_service, document) => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
  const isThere = (path: string) => path.split('/').reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document) !== undefined;
  expect(references.filter((path) => !isThere(path))).toEqual([]);
});

it.each(documents)('describes what the entry leads to %s, and nothing else', (service, { paths }) => {
  const own = Object.keys(paths).filter((path) => !OF_EACH.test(path) && !OF_TWO.test(path));
  expect(own.filter((path) => ownerOf(path) !== service)).toEqual([]);
});
