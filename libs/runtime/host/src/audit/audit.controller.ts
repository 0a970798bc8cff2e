import { Controller, Get, Inject, Module, Query } from '@nestjs/common';
import { Describe, parse, RequireScope } from '@cpm/http';
import { cpmAddress, timestamp } from '@cpm/vocabulary';
import { z } from 'zod';
import type { Platform } from '../platform.js';
import { PLATFORM } from '../tokens.js';
import type { AuditEntry } from './audit-log.js';

const PAGE = 100;
const listQuery = z.strictObject({
  address: cpmAddress.optional(),
  since: z.iso.datetime({ offset: true, error: 'must be an RFC 3339 instant' }).transform((text) => Date.parse(text)).optional(),
  cursor: z.string().regex(/^\d{15}-[0-9a-f-]{36}-[01]$/, 'must be a cursor of this list').optional(),
});

const auditView = z.object({
  at: z.iso.datetime(), act: z.string(), who: z.string(), scope: z.string(), what: z.string(), whom: z.string().exactOptional(), target: z.string().exactOptional(),
  outcome: z.enum(['begun', 'done', 'refused', 'failed']), reason: z.string().exactOptional(),
}).meta({ id: 'AuditEntry' }) satisfies z.ZodType<Omit<AuditEntry, 'at' | 'id'>>;
type AuditView = z.output<typeof auditView>;

@Controller('/admin/v1/audit')
@RequireScope('operator')
class AuditController {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  @Get()
  @Describe({ summary: 'What operators have done, and to whom, oldest first', query: listQuery, answers: { 200: z.object({ entries: z.array(auditView), cursor: z.string().exactOptional() }) } })
  async list(@Query() query: unknown): Promise<{ entries: AuditView[]; cursor?: string }> {
    const { address: whom, since, cursor } = parse(listQuery, query);
    const { entries, ...rest } = await this.platform.audit.list({ whom, since, cursor }, PAGE);
    return { entries: entries.map(({ id: _, at, ...entry }) => ({ at: timestamp(at), ...entry })), ...rest };
  }
}

/** What operators have done, and to whom; import it into one application. */
@Module({ controllers: [AuditController] })
export class AuditModule {}
