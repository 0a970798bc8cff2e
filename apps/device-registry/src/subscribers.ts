import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { isProvisioned, subscriber, type RefusalCode, type Subscriber, type SubscriberOutcome } from '@cpm/domain-device-registry';
import { contentHash, orUnavailable, ProblemError } from '@cpm/http';
import type { EventContract } from '@cpm/runtime-decider';
import { commandsOf, storeOf } from '@cpm/runtime-host';
import type { AggregateStore, Commands } from '@cpm/runtime-ports';
import type { CpmAddress } from '@cpm/vocabulary';

type Accepted = Extract<SubscriberOutcome, { status: 'ok' }>;

const HTTP_STATUS: Readonly<Record<RefusalCode, number>> = {
  'unknown-subscriber': 404,
  'unknown-device': 404,
  'device-limit-reached': 403,
  'name-taken': 409,
  'role-not-claimable': 403,
  'primary-cannot-be-removed': 409,
  'erasure-under-way': 409,
};

/** The subscribers as HTTP sees them: what is stored, and what a command comes to. */
@Injectable()
export class Subscribers {
  constructor(
    @Inject(commandsOf('device-registry')) private readonly commands: Commands,
    @Inject(storeOf('device-registry')) private readonly store: AggregateStore,
  ) {}

  /** @throws 404 `unknown-subscriber` */
  async of(user: CpmAddress): Promise<Subscriber> {
    const [stored] = await this.store.load(subscriber.name, [user]);
    const state = stored?.state as Subscriber | undefined;
    if (state && isProvisioned(state)) return state;
    throw new ProblemError(404, 'unknown-subscriber', 'The subscriber is not provisioned');
  }

  /**
   * Sends a command and waits for its outcome; with the same `Idempotency-Key` the same command gets the first outcome again.
   * @throws the problem that stands for a refusal, or 503 when the outcome is not known in time
   */
  async tell<Payload extends { commandId: string; user: CpmAddress }>(
    contract: EventContract<string, Payload>,
    payload: Omit<Payload, 'commandId'>,
    idempotencyKey?: string,
  ): Promise<Accepted> {
    const { user } = payload as unknown as Payload;
    const commandId = idempotencyKey === undefined ? randomUUID() : contentHash([contract.type, payload, idempotencyKey]);
    const asked = this.commands.ask(contract, { ...payload, commandId } as Payload, { aggregate: subscriber, id: user });
    const outcome = (await orUnavailable(asked)) as SubscriberOutcome;
    if (outcome.status === 'ok') return outcome;
    const { code, detail, field } = outcome;
    throw new ProblemError(HTTP_STATUS[code], code, detail, field === undefined ? {} : { errors: [{ path: field, message: detail }] });
  }
}
