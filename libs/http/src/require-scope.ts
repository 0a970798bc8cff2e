import { applyDecorators, createParamDecorator, Inject, Injectable, SetMetadata, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { CpmAddress, DeviceId } from '@cpm/vocabulary';
import type { FastifyRequest } from 'fastify';
import { ProblemError, unavailable } from './problem.js';
import { InvalidTokenError, TokenVerifier, type Principal, type Scope } from './token-verifier.js';

const REQUIRED_SCOPE = 'cpm:required-scope';

/** A caller of scope `device`. */
export interface DevicePrincipal {
  readonly user: CpmAddress;
  readonly device: DeviceId;
}

type Authenticated = FastifyRequest & { principal?: Principal };

/** Only callers whose token carries this scope reach the route (or every route of the controller). */
export function RequireScope(scope: Scope): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(REQUIRED_SCOPE, scope), UseGuards(ScopeGuard));
}

@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const scope = this.reflector.getAllAndOverride<Scope>(REQUIRED_SCOPE, [context.getHandler(), context.getClass()]);
    const request = context.switchToHttp().getRequest<Authenticated>();
    request.principal = await authenticate(this.verifier, request.headers.authorization, scope);
    return true;
  }
}

/** The token of an `Authorization` header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '')?.[1];
}

/** The principal of an `Authorization` header. Throws 401 (missing, malformed, expired), 403 (another scope) or 503 problems. */
export async function authenticate(verifier: TokenVerifier, authorization: string | undefined, scope: Scope): Promise<Principal> {
  const token = bearerOf(authorization);
  if (token === undefined) throw unauthorized(authorization === undefined ? 'a bearer token is needed' : 'the Authorization header must be Bearer <token>');
  const principal = verifier.remembered(token) ?? (await verifier.verify(token).catch((error: unknown) => {
    throw error instanceof InvalidTokenError ? unauthorized(error.message, 'invalid_token') : unavailable(1, error);
  }));
  if (principal.scope === scope) return principal;
  throw new ProblemError(403, 'wrong-scope', `this needs a token of scope ${scope}, not ${principal.scope}`, {
    headers: { 'www-authenticate': `Bearer realm="cpm", error="insufficient_scope", scope="${scope}"` },
  });
}

function unauthorized(detail: string, code?: string): ProblemError {
  const challenge = code === undefined ? 'Bearer realm="cpm"' : `Bearer realm="cpm", error="${code}", error_description="${detail}"`;
  return new ProblemError(401, 'unauthorized', detail, { headers: { 'www-authenticate': challenge } });
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
