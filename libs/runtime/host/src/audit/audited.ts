import { randomUUID } from 'node:crypto';
import { applyDecorators, Inject, Injectable, SetMetadata, UseInterceptors, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { problemOf, principalOf, unavailable } from '@cpm/http';
import type { Clock } from '@cpm/runtime-ports';
import { cpmAddress } from '@cpm/vocabulary';
import type { FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { Platform } from '../platform.js';
import { CLOCK, PLATFORM } from '../tokens.js';
import { auditIdAt, type AuditEntry, type AuditLog, type AuditOutcome } from './audit-log.js';

const WHAT = 'cpm:audited';

type Act = Omit<AuditEntry, 'id' | 'at' | 'outcome' | 'reason'>;

/** Writes down who does this to whom: the user that the path names as `address`, or `boxId`. On a route behind `@RequireScope`. */
export function Audited(what: string): MethodDecorator {
  return applyDecorators(SetMetadata(WHAT, what), UseInterceptors(AuditInterceptor));
}

/** Nothing is done that could not be written down before. */
@Injectable()
class AuditInterceptor implements NestInterceptor {
  private readonly log: AuditLog;

  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(PLATFORM) { audit }: Platform,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.log = audit;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { scope, subject, user } = principalOf(context);
    const { address, boxId, id: target } = request.params as { address?: unknown; boxId?: unknown; id?: string };
    const whom = cpmAddress.safeParse(address ?? boxId);
    const what = this.reflector.get<string>(WHAT, context.getHandler());
    return from(this.write({ act: randomUUID(), who: user ?? subject ?? scope, scope, what, ...(whom.success && { whom: whom.data }), ...(target !== undefined && { target }) }, () => lastValueFrom(next.handle(), { defaultValue: undefined })));
  }

  private async write(act: Act, work: () => Promise<unknown>): Promise<unknown> {
    await this.append(act, 'begun').catch((error: unknown) => {
      throw unavailable(1, error);
    });
    try {
      const result = await work();
      await this.append(act, 'done');
      return result;
    } catch (error) {
      const { status, slug } = problemOf(error);
      // That it was begun stands there already.
      await this.append(act, status < 500 ? 'refused' : 'failed', slug).catch(() => undefined);
      throw error;
    }
  }

  private async append(act: Act, outcome: AuditOutcome, reason?: string): Promise<void> {
    const at = this.clock.now();
    // Both of the same millisecond stay in order.
    await this.log.append({ id: `${auditIdAt(at)}-${act.act}-${outcome === 'begun' ? 0 : 1}`, at, ...act, outcome, ...(reason !== undefined && { reason }) });
  }
}
