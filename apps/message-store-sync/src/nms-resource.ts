import { applyDecorators, Controller, createParamDecorator, Inject, Injectable, UseFilters, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { DescribeAll, parse, principalOf, ProblemError, RequireScope, type DevicePrincipal } from '@cpm/http';
import { ListedDeviceGuard } from '@cpm/runtime-host';
import { cpmAddress } from '@cpm/vocabulary';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { NMS_CONFIG, type NmsConfig } from './nms-config.js';
import { NmsErrorFilter, requestError } from './nms-error.js';

const boxPath = z.object({ storeName: z.string().regex(/^[\w-]{1,32}$/, 'must be 1 to 32 letters, digits, _ or -'), boxId: cpmAddress });

/** A device in its user's box. `baseUrl`: scheme and host as it reaches the store, without a slash at the end. */
export interface BoxDevice extends DevicePrincipal {
  readonly baseUrl: string;
}

type BoxRequest = FastifyRequest & { baseUrl?: string };

/** Every device of a user sees the same box under any store name, and no other's. */
@Injectable()
class OwnBox implements CanActivate {
  constructor(@Inject(NMS_CONFIG) private readonly config: NmsConfig) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<BoxRequest>();
    const { boxId } = parse(boxPath, request.params);
    if (boxId !== principalOf(context).user) throw new ProblemError(403, 'foreign-box', 'the box belongs to another user');
    request.baseUrl = this.config.PUBLIC_URL ?? `${request.protocol}://${request.host}`;
    return true;
  }
}

/** A controller of resources in a user's network message store, in the words of OMA NMS. */
export function NmsResource(path: 'objects' | 'folders' | 'subscriptions' | 'export'): ClassDecorator {
  return applyDecorators(DescribeAll({ path: boxPath, errors: { type: 'application/json', schema: requestError } }), Controller(`/nms/v1/:storeName/:boxId/${path}`), RequireScope('device'), UseGuards(OwnBox, ListedDeviceGuard), UseFilters(NmsErrorFilter));
}

/** Parameter of a handler of an NmsResource: the calling device. */
export const InBox = createParamDecorator((_: unknown, context: ExecutionContext): BoxDevice => {
  const { user, device } = principalOf(context);
  const { baseUrl } = context.switchToHttp().getRequest<BoxRequest>();
  if (!user || !device || baseUrl === undefined) throw new Error('InBox stands on a route that is no NmsResource');
  return { user, device, baseUrl };
});
