import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { parse } from '@cpm/http';
import { z } from 'zod';

export const idempotencyHeader = z.object({ 'idempotency-key': z.string().min(1).max(128).optional() });

/** Parameter of a handler: the `Idempotency-Key` header. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>();
  return parse(idempotencyHeader, headers)['idempotency-key'];
});
