import { Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { AskForErasure } from '@cpm/contracts-device-registry';
import { erasure, type UserErasure } from '@cpm/domain-device-registry';
import { contentHash, orUnavailable, parse, ProblemError, RequireScope } from '@cpm/http';
import { Audited, commandsOf, storeOf } from '@cpm/runtime-host';
import type { AggregateStore, Commands } from '@cpm/runtime-ports';
import { cpmAddress, timestamp, type CpmAddress } from '@cpm/vocabulary';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { IdempotencyKey } from './idempotency-key.js';

const path = z.object({ address: cpmAddress });

/** How far an erasure is. `pending`: services that still keep something of the user, or are asked to look once more. */
interface ErasureView {
  readonly id: string;
  readonly address: CpmAddress;
  readonly status: 'running' | 'done';
  readonly round: number;
  readonly pending: readonly string[];
  readonly askedAt: string;
  readonly doneAt?: string;
}

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
  async ask(@Param() params: unknown, @IdempotencyKey() key: string | undefined): Promise<ErasureView> {
    const { address: user } = parse(path, params);
    const commandId = key === undefined ? randomUUID() : contentHash(['erasure', user, key]);
    return viewOf(user, (await orUnavailable(this.commands.ask(AskForErasure, { user, commandId }, { aggregate: erasure, id: user }))) as UserErasure);
  }

  @Get()
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
