import type { DynamicModule, Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { openApiDocument, routesOf, type OpenApiDocument } from '@cpm/http';
import type { ServiceName } from '@cpm/runtime-decider';
import { AsyncApiController } from './async-api.controller.js';
import { HealthController } from './health.controller.js';
import { OpenApiController } from './open-api.controller.js';
import type { ServiceHostModule } from './service-host.module.js';

type AnyModule = Type | DynamicModule;

/** What every process answers, whichever services it runs. */
export const HOST_CONTROLLERS: readonly Type[] = [HealthController, AsyncApiController, OpenApiController];

/** The OpenAPI document of each service among the modules, from their metadata: nothing is started. @throws when a route is not described */
export function openApiDocuments(modules: readonly AnyModule[]): ReadonlyMap<ServiceName, OpenApiDocument> {
  return new Map(modules.flatMap((module) => {
    const service = importsOf(module).find(isServiceHost)?.service;
    return service === undefined ? [] : [[service, openApiDocument(service, routesOf([...HOST_CONTROLLERS, ...controllersOf(module)]))] as const];
  }));
}

function controllersOf(module: AnyModule): readonly Type[] {
  const own = listOf(module, MODULE_METADATA.CONTROLLERS) as readonly Type[];
  return [...new Set([...own, ...importsOf(module).flatMap(controllersOf)])];
}

function importsOf(module: AnyModule): readonly AnyModule[] {
  return listOf(module, MODULE_METADATA.IMPORTS) as readonly AnyModule[];
}

/** What a module lists under a key: by its decorator, or as it was made. */
function listOf(module: AnyModule, key: string): readonly unknown[] {
  const type = 'module' in module ? module.module : module;
  const declared = (Reflect.getMetadata(key, type) as readonly unknown[] | undefined) ?? [];
  const made = 'module' in module ? ((module as unknown as Record<string, readonly unknown[] | undefined>)[key] ?? []) : [];
  return [...declared, ...made];
}

function isServiceHost(module: AnyModule): module is ServiceHostModule {
  return 'service' in module;
}
