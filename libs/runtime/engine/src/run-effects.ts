import type { Effect } from '@cpm/runtime-decider';
import { spanContextOf, within, type EffectHandlers } from '@cpm/runtime-ports';

export interface TracedEffect {
  readonly effect: Effect;
  /** Of the decision that it comes of. */
  readonly traceparent: string | undefined;
}

/** Hands effects over type by type, in their order: those of one decision, or of no trace, that follow one another together. */
export function runEffects(effects: readonly TracedEffect[], handlers: EffectHandlers): void {
  for (const [type, handler] of Object.entries(handlers)) {
    let together: { traceparent: string | undefined; inputs: unknown[] } | undefined;
    const runs: NonNullable<typeof together>[] = [];
    for (const { effect, traceparent } of effects) {
      if (effect.type !== type) continue;
      if (together?.traceparent !== traceparent || together === undefined) runs.push((together = { traceparent, inputs: [] }));
      together.inputs.push(effect.input);
    }
    for (const { traceparent, inputs } of runs) within(spanContextOf(traceparent), () => handler(inputs));
  }
}
