import { Body, Controller, Get, Headers, Inject, Put, Res } from '@nestjs/common';
import { Describe, parse, ProblemError, RequireScope, unavailable } from '@cpm/http';
import { Audited, PolicySource, policyOf, type PolicyVersion } from '@cpm/runtime-host';
import { policy, type Policy } from '@cpm/vocabulary';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

const conditions = z.object({ 'if-match': z.string().max(64).optional() });

const ETag = 'Of this version, for If-Match';

/** The service provider's policy; every version is kept. */
@Controller('/admin/v1/policy')
@RequireScope('operator')
export class PolicyController {
  constructor(@Inject(policyOf('device-registry')) private readonly source: PolicySource) {}

  @Get()
  @Describe({ summary: 'The policy in force', answers: { 200: policy }, answerHeaders: { 200: { ETag } } })
  async get(@Res({ passthrough: true }) reply: FastifyReply): Promise<Policy> {
    return answer(reply, await this.source.refresh().catch(refuseForNow));
  }

  /** Replaces the whole policy: a key that is left out has its default again. */
  @Put()
  @Audited('policy.replace')
  @Describe({ summary: 'Replaces the policy in force', headers: conditions, body: policy, answers: { 200: policy }, answerHeaders: { 200: { ETag } }, problems: [412, 428] })
  async replace(@Body() body: unknown, @Headers() headers: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<Policy> {
    const told = parse(policy, body);
    const known = await this.source.refresh().catch(refuseForNow);
    requireMatch(parse(conditions, headers)['if-match'], known);
    const replaced = await this.source.replace(known.version, told).catch(refuseForNow);
    if (!replaced) throw changedMeanwhile();
    return answer(reply, replaced);
  }
}

function etagOf({ version }: PolicyVersion): string {
  return `"${version}"`;
}

function answer(reply: FastifyReply, version: PolicyVersion): Policy {
  reply.header('etag', etagOf(version));
  return version.policy;
}

function requireMatch(ifMatch: string | undefined, known: PolicyVersion): void {
  if (ifMatch === undefined) throw new ProblemError(428, 'precondition-required', 'If-Match must name the ETag of the policy that is replaced');
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.includes('*') && !tags.includes(etagOf(known))) throw changedMeanwhile();
}

function changedMeanwhile(): ProblemError {
  return new ProblemError(412, 'policy-changed', 'the policy is not the one that If-Match names: read it again');
}

function refuseForNow(error: unknown): never {
  throw unavailable(1, error);
}
