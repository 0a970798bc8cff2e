import type { EventContract } from '@cpm/runtime-decider';
import type { AggregateWrite } from '@cpm/runtime-ports';
import type { Act, Outcome } from './sightings.js';
import type { World } from './world.js';

/** Who asks for what, and what he does with the answer. */
export interface Question {
  readonly device: string;
  readonly subject: string;
  readonly act: Act;
  readonly failure?: boolean;
  readonly told?: (outcome: Outcome) => void;
}

/** Commands of devices as the edge asks them: published, and answered by what the deciding aggregate keeps. */
export class Asks {
  private readonly open = new Map<string, Question>();
  private readonly outcomes = new Map<string, unknown>();
  private readonly rounds = new Map<string, number>();

  constructor(private readonly world: World) {}

  async ask<Payload extends { readonly commandId: string }>(contract: EventContract<string, Payload>, payload: NoInfer<Payload>, question: Question): Promise<void> {
    const { commandId } = payload;
    const { device, subject, act, failure = false } = question;
    this.open.set(commandId, question);
    this.world.history.saw(this.world.now, { kind: 'asked', device, subject, act, failure, commandId });
    await this.world.ingress(contract, payload);
  }

  /** An aggregate was written: the outcomes it keeps are answers, each for good. */
  learn({ kind, next }: AggregateWrite): void {
    if (kind !== 'participation' && kind !== 'delivery') return;
    const round = this.roundOf(kind, next);
    for (const [commandId, outcome] of next.answers) {
      const known = this.outcomes.get(commandId);
      if (known === outcome) continue;
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(outcome)) {
        this.world.history.violations.push(`${commandId} was answered with ${JSON.stringify(known)}, then with ${JSON.stringify(outcome)}`);
      }
      const question = this.open.get(commandId);
      if (known !== undefined || !question) continue;
      this.outcomes.set(commandId, outcome);
      const { device, subject, act, failure = false, told } = question;
      this.world.history.saw(this.world.now, { kind: 'answered', device, subject, act, failure, outcome: outcome as Outcome, round });
      told?.(outcome as Outcome);
    }
  }

  /** A write that holds the end of one round and the begin of another does not say in which it answered. */
  private roundOf(kind: string, { id, state }: AggregateWrite['next']): number | undefined {
    if (kind !== 'participation') return undefined;
    const { generation } = state as { readonly generation: number };
    const before = this.rounds.get(id) ?? 0;
    this.rounds.set(id, generation);
    return before === generation || before === 0 ? generation : undefined;
  }
}
