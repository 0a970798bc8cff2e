import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { problem } from '../problem.js';
import { SCOPES } from '../token-verifier.js';
import type { Content, ErrorForm, Media, Operation } from './describe.js';
import { SchemaComponents, type JsonSchema } from './json-schema.js';
import type { DescribedRoute } from './routes.js';

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = Readonly<Record<string, unknown>> & { readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>> };

const PROBLEM: ErrorForm = { type: 'application/problem+json', schema: problem.meta({ id: 'Problem' }) };

/** Refused before it is known for which group it is. */
const HEAD_TOO_LARGE = 431;

const HEADERS_OF_REFUSALS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'WWW-Authenticate': 'What token is needed (RFC 6750)' },
  403: { 'WWW-Authenticate': 'Which scope is needed, where the token has another' },
  405: { Allow: 'The methods that there are' },
  416: { 'Content-Range': 'How many bytes there are' },
  429: { 'Retry-After': 'Seconds' },
  503: { 'Retry-After': 'Seconds' },
};

/** What a service answers by HTTP. @throws when a path has a parameter that its description does not, or two operations have one id */
export function openApiDocument(service: string, routes: readonly DescribedRoute[]): OpenApiDocument {
  const components = new SchemaComponents();
  const paths: Record<string, Record<string, object>> = {};
  const sorted = [...routes].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const route of sorted) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, components) };
  }
  refuseDoubles(sorted);
  return {
    openapi: '3.1.1',
    info: { title: `CPM multi-device: ${service}`, version: '1', description: `What the service ${service} answers by HTTP.` },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: Object.fromEntries(SCOPES.map((scope) => [scope, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: `A token of scope ${scope}` }])),
      schemas: components.all,
    },
  };
}

function refuseDoubles(routes: readonly DescribedRoute[]): void {
  const ids = routes.map(operationIdOf);
  const double = ids.find((id, at) => ids.indexOf(id) !== at);
  if (double !== undefined) throw new Error(`two operations are ${double}`);
}

function operationOf(route: DescribedRoute, components: SchemaComponents): object {
  const { operation: { summary, query, headers, body }, group, scope } = route;
  const parameters = [
    ...pathParameters(route, components),
    ...parametersOf('query', query, components),
    ...[group.headers, headers].flatMap((schema) => parametersOf('header', schema, components)),
  ];
  return {
    operationId: operationIdOf(route), tags: [tagOf(route)], summary,
    security: scope === undefined ? [] : [{ [scope]: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: !isOptional(body), content: contentOf(body, 'input', components) } }),
    responses: responsesOf(route, components),
  };
}

function pathParameters({ path, controller, handler, operation, group }: DescribedRoute, components: SchemaComponents): readonly object[] {
  const described = [group.path, operation.path].flatMap((schema) => parametersOf('path', schema, components));
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    const parameter = described.find((one) => one.name === name);
    if (!parameter) throw new Error(`${controller}.${handler}: nothing describes the path parameter ${name}`);
    return { ...parameter, required: true };
  });
}

function parametersOf(place: 'path' | 'query' | 'header', schema: z.ZodType | undefined, components: SchemaComponents): readonly { readonly name: string }[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = components.of(schema, 'input') as { properties?: Readonly<Record<string, JsonSchema>>; required?: readonly string[] };
  return Object.entries(properties).map(([name, json]) => ({ name, in: place, required: required.includes(name), schema: json }));
}

function responsesOf({ operation, group, scope, path }: DescribedRoute, components: SchemaComponents): object {
  const { answers, answerHeaders = {}, problems = [] } = operation;
  const successes = Object.entries(answers).map(([status, content]) => [status, {
    description: describe(Number(status)),
    ...headersOf(answerHeaders[Number(status)]),
    ...(content && { content: contentOf(content, 'output', components) }),
  }] as const);
  const refusals = [...new Set([...problems, ...(group.problems ?? []), ...impliedRefusals(operation, scope !== undefined, path.includes(':'))])];
  const refused = refusals.filter((status) => !(status in answers)).map((status) => [String(status), {
    description: describe(status),
    ...headersOf(HEADERS_OF_REFUSALS[status]),
    content: contentOfError(status === HEAD_TOO_LARGE ? PROBLEM : (group.errors ?? PROBLEM), components),
  }] as const);
  return Object.fromEntries([...successes, ...refused].sort(([a], [b]) => Number(a) - Number(b)));
}

/** What the guards, the parser and the checks of a route refuse with, whatever it does. */
function impliedRefusals({ body, query, headers }: Operation, isGuarded: boolean, hasPath: boolean): readonly number[] {
  return [
    ...(body ?? query ?? headers ?? (hasPath || undefined) ? [400] : []),
    ...(body ? [413, 415] : []),
    ...(isGuarded ? [401, 403, 429, 503] : []),
    HEAD_TOO_LARGE,
  ];
}

function contentOfError({ type, schema }: ErrorForm, components: SchemaComponents): object {
  return { [type]: { schema: components.of(schema, 'output') } };
}

function headersOf(headers: Readonly<Record<string, string>> | undefined): object {
  return headers ? { headers: Object.fromEntries(Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }])) } : {};
}

function contentOf(content: Content, io: 'input' | 'output', components: SchemaComponents): object {
  const kinds = content instanceof z.ZodType ? [content] : content;
  return Object.fromEntries(kinds.flatMap((kind) => {
    if (kind instanceof z.ZodType) return [['application/json', { schema: components.of(kind, io) }]];
    return kind.types.map((type) => [type, kind.schema ? { schema: components.of(kind.schema, io) } : {}]);
  }));
}

/** Bytes may be none. */
function isOptional(content: Content): boolean {
  const kinds: readonly (z.ZodType | Media)[] = content instanceof z.ZodType ? [content] : content;
  return kinds.some((kind) => (kind instanceof z.ZodType ? kind.safeParse(undefined).success : kind.schema === undefined));
}

function describe(status: number): string {
  return STATUS_CODES[status] ?? String(status);
}

function tagOf({ controller }: DescribedRoute): string {
  return controller.replace(/Controller$/, '');
}

/** `Devices.register`; of a route that has a path with and one without a parameter, the former says which: `CoreNetwork.nudmEe.ueIdentity`. */
function operationIdOf({ path, controller, handler, operation }: DescribedRoute): string {
  const own = controller.replace(/Controller$/, '');
  const last = /:(\w+)$/.exec(path)?.[1];
  const isOneOfSeveral = last !== undefined && operation.path instanceof z.ZodObject && operation.path.shape[last] instanceof z.ZodOptional;
  return [own, handler, ...(isOneOfSeveral ? [last] : [])].join('.');
}
