import type { Smsc } from './smsc-link.js';

/** What the choice between SMSCs depends on. */
export type RoutedSmsc = Pick<Smsc, 'isAvailable' | 'outstanding'> & { readonly settings: Pick<Smsc['settings'], 'id' | 'weight' | 'routes'> };

interface Way<S> {
  readonly smsc: S;
  readonly priority: number;
}

/** Which SMSC a text goes to: the longest prefix of its number decides which may have it, then priority, load and weight. */
export class SmscRouter<S extends RoutedSmsc> {
  readonly #prefixes = new Map<string, Way<S>[]>();
  readonly #longest: number;
  /** Smooth weighted round robin: how far each is behind its share. */
  readonly #credit = new Map<string, number>();

  constructor(smscs: readonly S[]) {
    for (const smsc of smscs) {
      for (const { prefix, priority } of smsc.settings.routes) this.#prefixes.set(prefix, [...(this.#prefixes.get(prefix) ?? []), { smsc, priority }]);
    }
    this.#longest = Math.max(0, ...[...this.#prefixes.keys()].map(({ length }) => length));
  }

  /** Every SMSC that may have a text to this number, given in digits; those of shorter prefixes are not among them. */
  waysTo(msisdn: string): readonly S[] {
    return this.#waysTo(msisdn).map(({ smsc }) => smsc);
  }

  /** The one that is to have it now; undefined when none is available that is not excluded. */
  choose(msisdn: string, excluded: ReadonlySet<string>): S | undefined {
    const open = this.#waysTo(msisdn).filter(({ smsc }) => smsc.isAvailable && !excluded.has(smsc.settings.id));
    const first = Math.min(...open.map(({ priority }) => priority));
    return this.#leastBusy(open.filter(({ priority }) => priority === first).map(({ smsc }) => smsc));
  }

  #waysTo(msisdn: string): readonly Way<S>[] {
    for (let length = Math.min(this.#longest, msisdn.length); length >= 0; length -= 1) {
      const ways = this.#prefixes.get(msisdn.slice(0, length));
      if (ways) return ways;
    }
    return [];
  }

  /** By outstanding submissions for its weight; where those are even, by weight in turn. */
  #leastBusy(smscs: readonly S[]): S | undefined {
    const load = ({ outstanding, settings }: S) => outstanding / settings.weight;
    const least = Math.min(...smscs.map(load));
    return this.#inTurn(smscs.filter((smsc) => load(smsc) === least));
  }

  #inTurn(smscs: readonly S[]): S | undefined {
    const creditOf = ({ settings }: S) => this.#credit.get(settings.id) ?? 0;
    for (const smsc of smscs) this.#credit.set(smsc.settings.id, creditOf(smsc) + smsc.settings.weight);
    const [chosen] = [...smscs].sort((a, b) => creditOf(b) - creditOf(a));
    const all = smscs.reduce((sum, { settings }) => sum + settings.weight, 0);
    if (chosen) this.#credit.set(chosen.settings.id, creditOf(chosen) - all);
    return chosen;
  }
}
