import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { orUnavailable } from '@cpm/http';
import { actionOutcome, ActInSession, AnswerFileTransfer, offerAnswer, type ActionOutcome, type OfferAnswer } from '@cpm/contracts-routing';
import type { Clock, Commands } from '@cpm/runtime-ports';
import { CLOCK, ROUTING_COMMANDS } from '../ports.js';

type Asked<Command extends { readonly commandId: string; readonly at: number }> = Omit<Command, 'commandId' | 'at'>;

/** What devices ask of routing: decided in the log of their user, so that two of them never win both. Throws a 503 problem when no outcome is known in time. */
@Injectable()
export class RoutingCommands {
  constructor(
    @Inject(ROUTING_COMMANDS) private readonly commands: Commands,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async actInSession(action: Asked<ActInSession>): Promise<ActionOutcome> {
    const { user, sessionId } = action;
    const asked = this.commands.ask(ActInSession, this.command(action), { aggregate: { name: 'participation' }, id: `${user}|${sessionId}` });
    return actionOutcome.parse(await orUnavailable(asked));
  }

  async answerFileTransfer(answer: Asked<AnswerFileTransfer>): Promise<OfferAnswer> {
    const { user, transferId } = answer;
    const asked = this.commands.ask(AnswerFileTransfer, this.command(answer), { aggregate: { name: 'delivery' }, id: `${user}|${transferId}` });
    return offerAnswer.parse(await orUnavailable(asked));
  }

  private command<Command extends object>(command: Command): Command & { commandId: string; at: number } {
    return { ...command, commandId: randomUUID(), at: this.clock.now() };
  }
}
