import { createParamDecorator, Inject, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { FastifyRequest } from 'fastify';
import { Entrance } from './entrance.js';
import type { Principal, Scope } from './token-verifier.js';

const REQUIRED_SCOPE = 'cpm:required-scope';
const ANYBODY = 'anybody';

/** A caller of scope `device`. */
export interface DevicePrincipal {
  readonly user: CpmAddress;
  readonly device: DeviceId;
}

type Authenticated = FastifyRequest & { principal?: Principal };

/** Only callers whose token carries this scope reach the route (or every route of the controller). */
export const RequireScope = (scope: Scope): ClassDecorator & MethodDecorator => SetMetadata(REQUIRED_SCOPE, scope);

/** Anybody reaches the route (or every route of the controller): it tells nothing that needs a token, or has its own way of knowing who asks. */
export const OpenToAnybody = (): ClassDecorator & MethodDecorator => SetMetadata(REQUIRED_SCOPE, ANYBODY);

/** The scope that a route requires, or its controller; undefined when anybody may call it. */
export function requiredScopeOf(handler: object, controller: object): Scope | undefined {
  const declared = declaredScopeOf(handler, controller);
  return declared === ANYBODY ? undefined : declared;
}

/** Undefined where neither says who may reach it. */
function declaredScopeOf(handler: object, controller: object): Scope | typeof ANYBODY | undefined {
  return (Reflect.getMetadata(REQUIRED_SCOPE, handler) ?? Reflect.getMetadata(REQUIRED_SCOPE, controller)) as Scope | typeof ANYBODY | undefined;
}

/** Stands before every route: one that does not say who may reach it is reached by nobody. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(@Inject(Entrance) private readonly entrance: Entrance) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scope = declaredScopeOf(context.getHandler(), context.getClass());
    if (scope === ANYBODY) return true;
    if (scope === undefined) throw new Error(`${context.getClass().name}.${context.getHandler().name} is neither behind RequireScope nor OpenToAnybody`);
    const request = context.switchToHttp().getRequest<Authenticated>();
    request.principal = await this.entrance.admit({ headers: request.headers, remote: request.ip }, scope);
    return true;
  }
}

/** Parameter of a handler behind `@RequireScope`: whoever calls. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => principalOf(context));

/** Parameter of a handler behind `@RequireScope('device')`: the calling device and its user. */
export const CallingDevice = createParamDecorator((_: unknown, context: ExecutionContext): DevicePrincipal => {
  const { user, device } = principalOf(context);
  if (!user || !device) throw new Error('CallingDevice stands on a route that does not require scope device');
  return { user, device };
});

/** Who calls a route behind `@RequireScope`, for guards and parameters of other kinds. */
export function principalOf(context: ExecutionContext): Principal {
  const { principal } = context.switchToHttp().getRequest<Authenticated>();
  if (!principal) throw new Error('the route does not require a scope');
  return principal;
}
