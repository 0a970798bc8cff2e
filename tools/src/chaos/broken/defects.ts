/** A build that lacks one safeguard: what the runs must notice, or they prove nothing. */
export interface Defect {
  /** For people: what does not happen in this build. */
  readonly lacks: string;
  /** End of the path of the compiled module. */
  readonly module: string;
  /** What stands there once, and what stands there instead. */
  readonly text: string;
  readonly instead: string;
}

export const DEFECTS: Readonly<Record<string, Defect>> = {
  'no-outbox-flush': {
    lacks: 'What a crash kept from being published is not offered again from the outbox.',
    module: '/libs/runtime/engine/dist/working-copy.js',
    text: 'return (this.stored?.outbox ?? []).filter(({ offset }) => offset >= committed && offset < end);',
    instead: 'return [];',
  },
  'no-version-check': {
    lacks: 'An aggregate is written whatever version is stored, so that an owner that wakes up late overwrites what came after it.',
    module: '/libs/runtime/mongo/dist/aggregate-document.js',
    text: "const isExpected = { $eq: ['$v', { $subtract: ['$$fields.v', 1] }] };",
    instead: 'const isExpected = true;',
  },
};

/** @throws when there is no defect of that name */
export function defectOf(name: string): Defect {
  const defect = DEFECTS[name];
  if (!defect) throw new Error(`--broken: must be one of ${Object.keys(DEFECTS).join(', ')}`);
  return defect;
}

/** The module without its safeguard. @throws when what is to be left out does not stand there once: the module has changed, and the defect must */
export function withDefect(source: string, { module, text, instead }: Defect): string {
  const [before, after, ...more] = source.split(text);
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`${module}: "${text}" does not stand there once`);
  return before + instead + after;
}
