import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { boxAggregate, type BoxAnswer, type BoxRefusal } from '@cpm/domain-message-store-sync';
import { orUnavailable, ProblemError } from '@cpm/http';
import type { EventContract } from '@cpm/runtime-decider';
import { CLOCK, commandsOf } from '@cpm/runtime-host';
import type { Clock, Commands } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';

interface BoxRequest {
  readonly user: CpmAddress;
  readonly commandId: string;
  readonly at: number;
}
type Done = Extract<BoxAnswer, { readonly done: true }>;

const REFUSALS: Readonly<Record<BoxRefusal, readonly [status: number, detail: string]>> = {
  'unknown-folder': [404, 'there is no such folder'],
  'unknown-parent': [404, 'there is no such parent folder'],
  'name-taken': [409, 'a folder beside it has this name'],
  'too-many-folders': [403, 'the box has as many folders as it may have'],
  'too-deep': [403, 'folders may not stand so deep in each other'],
  'inside-itself': [409, 'a folder cannot be moved into itself'],
  'not-changeable': [403, 'this folder is made by what is in it and cannot be changed'],
  'unknown-subscription': [404, 'there is no such subscription'],
  'too-many-subscriptions': [403, 'the box has as many subscriptions as it may have'],
  'quota-exceeded': [403, 'the box is full'],
};

/** What devices ask of their user's box: decided in its log, answered when it is kept and can be read. */
@Injectable()
export class BoxCommands {
  constructor(
    @Inject(commandsOf('message-store-sync')) private readonly commands: Commands,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The box's own answer. Rejects with a 503 problem when none is known in time; the same `commandId` gets the same answer. */
  async ask<Request extends BoxRequest>(contract: EventContract<string, Request>, request: NoInfer<Omit<Request, 'commandId' | 'at'>>, commandId: string = randomUUID()): Promise<BoxAnswer> {
    const payload = { ...request, commandId, at: this.clock.now() } as unknown as Request;
    return (await orUnavailable(this.commands.ask(contract, payload, { aggregate: boxAggregate, id: payload.user }))) as BoxAnswer;
  }

  /** Rejects with the problem of a refusal, too. */
  async tell<Request extends BoxRequest>(contract: EventContract<string, Request>, request: NoInfer<Omit<Request, 'commandId' | 'at'>>): Promise<Done> {
    const answer = await this.ask(contract, request);
    if (!answer.done) throw refusalProblem(answer.refusal);
    return answer;
  }
}

export function refusalProblem(refusal: BoxRefusal): ProblemError {
  const [status, detail] = REFUSALS[refusal];
  return new ProblemError(status, refusal, detail);
}
