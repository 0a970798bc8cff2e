import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';

/** Adds to the Fastify configuration of a route, beside what other decorators say. */
export function withRouteConfig(config: object): MethodDecorator {
  return (target, key, descriptor: PropertyDescriptor) => {
    const said = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, descriptor.value as object) as object | undefined;
    RouteConfig({ ...said, ...config })(target, key, descriptor);
  };
}
