import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { requiredScopeOf } from '../require-scope.js';
import type { Scope } from '../token-verifier.js';
import { OPERATION, OPERATION_GROUP, type Operation, type OperationGroup } from './describe.js';

/** A route as Nest registers it; `path` with `:name` for its parameters. */
export interface DescribedRoute {
  readonly method: string;
  readonly path: string;
  readonly controller: string;
  readonly handler: string;
  readonly scope: Scope | undefined;
  readonly operation: Operation;
  readonly group: OperationGroup;
}

type Handler = (...args: never[]) => unknown;

/** Every route of the controllers, from the metadata that Nest routes by. @throws when one is not described */
export function routesOf(controllers: readonly Type[]): readonly DescribedRoute[] {
  const scanner = new MetadataScanner();
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, Handler>;
    return scanner.getAllMethodNames(prototype).flatMap((name) => handlerRoutes(controller, name, prototype[name] as Handler));
  });
}

function handlerRoutes(controller: Type, name: string, handler: Handler): DescribedRoute[] {
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  if (method === undefined) return [];
  const operation = Reflect.getMetadata(OPERATION, handler) as Operation | undefined;
  if (!operation) throw new Error(`${controller.name}.${name} is a route that nothing describes`);
  const group = (Reflect.getMetadata(OPERATION_GROUP, controller) as OperationGroup | undefined) ?? {};
  const about = { method: RequestMethod[method], controller: controller.name, handler: name, scope: requiredScopeOf(handler, controller), operation, group };
  return pathsOf(controller).flatMap((prefix) => pathsOf(handler).map((path) => ({ ...about, path: joined(prefix, path) })));
}

function pathsOf(target: object): readonly string[] {
  return [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat();
}

function joined(...parts: readonly string[]): string {
  return `/${parts.flatMap((part) => part.split('/')).filter((segment) => segment !== '').join('/')}`;
}
