import { Controller, Get, Param, Post, Put } from '@nestjs/common';
import { cpmAddress } from '@cpm/vocabulary';
import { z } from 'zod';
import { RequireScope } from '../require-scope.js';
import { Describe, DescribeAll } from './describe.js';
import { describedAs } from './json-schema.js';
import { openApiDocument } from './openapi-document.js';
import { routesOf } from './routes.js';

const given = z.object({ id: z.string(), size: z.number().default(1) });
const thing = given.meta({ id: 'Thing' });
const many = describedAs(z.array(z.unknown()).pipe(z.array(cpmAddress)), z.array(cpmAddress).max(3));

@Controller('/things')
@RequireScope('device')
class ThingsController {
  @Get('/:address')
  @Describe({ summary: 'A thing', path: z.object({ address: cpmAddress }), answers: { 200: thing }, answerHeaders: { 200: { ETag: 'Of it' } }, problems: [404] })
  get(@Param() _params: unknown): void { /* only described */ }

  @Put(['/', '/:address'])
  @Describe({ summary: 'Puts a thing', path: z.object({ address: cpmAddress }).partial(), query: z.object({ many }), body: given, answers: { 201: thing, 204: null } })
  put(): void { /* only described */ }
}

@Controller('/open')
@DescribeAll({ errors: { type: 'application/json', schema: z.object({ oops: z.string() }) } })
class OpenController {
  @Post()
  @Describe({ summary: 'Anything', body: z.strictObject({}).optional(), answers: { 200: [{ types: ['text/plain'] }, thing] } })
  post(): void { /* only described */ }
}

@Controller('/silent')
class SilentController {
  @Get()
  get(): void { /* nothing describes it */ }
}

@Controller('/lost/:name')
class LostController {
  @Get()
  @Describe({ summary: 'Without its parameter', answers: { 204: null } })
  get(): void { /* only described */ }
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: unknown }[];
  readonly requestBody: { readonly required: boolean; readonly content: Record<string, unknown> };
  readonly responses: Record<string, { readonly content?: Record<string, unknown>; readonly headers?: object }>;
  readonly security: unknown;
}
const documentOf = (...controllers: Parameters<typeof routesOf>[0]) => openApiDocument('sample', routesOf(controllers));
const operation = (path: string, method: string) => documentOf(ThingsController, OpenController).paths[path]?.[method] as unknown as Operation;

it('has every route, under each of its paths', () => {
  const { paths } = documentOf(ThingsController, OpenController);
  expect(Object.entries(paths).map(([path, methods]) => [path, Object.keys(methods)])).toEqual([['/open', ['post']], ['/things', ['put']], ['/things/{address}', ['get', 'put']]]);
});

it('cannot be made of a route that nothing describes, of a path whose parameter nobody knows, or twice of the same', () => {
  expect(() => documentOf(SilentController)).toThrow('SilentController.get is a route that nothing describes');
  expect(() => documentOf(LostController)).toThrow('nothing describes the path parameter name');
  expect(() => documentOf(OpenController, OpenController)).toThrow('two operations are Open.post');
});

it('adds what the guard, the parser and the checks refuse with', () => {
  expect(Object.keys(operation('/things/{address}', 'get').responses)).toEqual(['200', '400', '401', '403', '404', '429', '431', '503']);
  expect(Object.keys(operation('/things', 'put').responses)).toEqual(['201', '204', '400', '401', '403', '413', '415', '429', '431', '503']);
  expect(Object.keys(operation('/open', 'post').responses)).toEqual(['200', '400', '413', '415', '431']);
});

it('says errors in the words of their controller, but for a head that is too large to tell whose it is', () => {
  expect(Object.keys(operation('/open', 'post').responses['400']?.content ?? {})).toEqual(['application/json']);
  expect(Object.keys(operation('/open', 'post').responses['431']?.content ?? {})).toEqual(['application/problem+json']);
  expect(operation('/things/{address}', 'get').responses['404']?.content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
});

it('tells what may be sent from what is answered, and what need not be sent', () => {
  const { components } = documentOf(ThingsController) as unknown as { components: { schemas: Record<string, { required: string[] }> } };
  expect(operation('/things', 'put').requestBody.content['application/json']).toMatchObject({ schema: { required: ['id'] } });
  expect(components.schemas['Thing']?.required).toEqual(['id', 'size']);
  expect([operation('/things', 'put').requestBody.required, operation('/open', 'post').requestBody.required]).toEqual([true, false]);
});

it('describes parameters by the schemas that check them', () => {
  expect(operation('/things/{address}', 'get').parameters).toEqual([{ name: 'address', in: 'path', required: true, schema: { $ref: '#/components/schemas/CpmAddress' } }]);
  expect(operation('/things', 'put').parameters).toEqual([
    { name: 'many', in: 'query', required: true, schema: { type: 'array', maxItems: 3, items: { $ref: '#/components/schemas/CpmAddress' } } },
  ]);
});

it('asks for a token of the scope that the guard wants', () => {
  expect(operation('/things', 'put').security).toEqual([{ device: [] }]);
  expect(operation('/open', 'post').security).toEqual([]);
});
