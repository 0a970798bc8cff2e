import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { AskForErasure } from '@cpm/contracts-device-registry';
import { erasure, type UserErasure } from '@cpm/domain-device-registry';
import { contentHash, Describe, orUnavailable, parse, ProblemError, RequireScope } from '@cpm/http';
import { Audited, commandsOf, storeOf } from '@cpm/runtime-host';
import type { AggregateStore, Commands } from '@cpm/runtime-ports';
import { cpmAddress, timestamp, type CpmAddress } from '@cpm/vocabulary';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { IdempotencyKey, idempotencyHeader } from './idempotency-key.js';

const path = z.object({ address: cpmAddress });

/** How far an erasure is. `pending`: services that still keep something of the user, or are asked to look once more. */
const erasureView = z.object({
  id: z.string(), address: cpmAddress, status: z.enum(['running', 'done']), round: z.int(), pending: z.array(z.string()).readonly(),
  askedAt: z.iso.datetime(), doneAt: z.iso.datetime().exactOptional(),
}).meta({ id: 'Erasure' });
type ErasureView = z.output<typeof erasureView>;

/** The erasure of a user from all services. What other users have of him, their copies of messages, is theirs and stays. */
@Controller('/admin/v1/subscribers/:address/erasure')
@RequireScope('operator')
export class ErasureController {
  constructor(
    @Inject(commandsOf('device-registry')) private readonly commands: Commands,
    @Inject(storeOf('device-registry')) private readonly store: AggregateStore,
  ) {}

  /** Of a user who is being erased already, the one that is under way. */
  @Post()
  @HttpCode(202)
  @Audited('user.erase')
  @Describe({ summary: 'Asks for the erasure of a user from all services', path, headers: idempotencyHeader, answers: { 202: erasureView } })
  async ask(@Param() params: unknown, @IdempotencyKey() key: string | undefined): Promise<ErasureView> {
    const { address: user } = parse(path, params);
    const commandId = key === undefined ? randomUUID() : contentHash(['erasure', user, key]);
    return viewOf(user, (await orUnavailable(this.commands.ask(AskForErasure, { user, commandId }, { aggregate: erasure, id: user }))) as UserErasure);
  }

  @Get()
  @Describe({ summary: 'How far the erasure of a user is', path, answers: { 200: erasureView }, problems: [404] })
  async get(@Param() params: unknown): Promise<ErasureView> {
    const { address: user } = parse(path, params);
    const [stored] = await this.store.load(erasure.name, [user]);
    if (!stored) throw new ProblemError(404, 'unknown-erasure', 'Nobody has asked for the erasure of this user');
    return viewOf(user, stored.state as UserErasure);
  }
}

function viewOf(address: CpmAddress, { erasureId, round, pending, askedAt, doneAt }: UserErasure): ErasureView {
  return { id: erasureId ?? '', address, status: doneAt === null ? 'running' : 'done', round, pending, askedAt: timestamp(askedAt), ...(doneAt !== null && { doneAt: timestamp(doneAt) }) };
}
