import { styleText } from 'node:util';
import type { Check } from './checks.js';
import { journeyLines, type JourneyEntry } from './journey-text.js';
import type { Scenario } from './scenario.js';

type Style = 'bold' | 'dim' | 'green' | 'red';

const INDENT = '   ';

/** What the demo says, for a person to read. Coloured where `out` is a terminal. */
export class Printer {
  constructor(private readonly out: NodeJS.WriteStream) {}

  line(text = ''): void {
    this.out.write(`${text}\n`);
  }

  /** What is going on. */
  tell(text: string): void {
    this.line(`${INDENT}${this.styled('dim', `… ${text}`)}`);
  }

  scenario(number: number, { title, shows, requirements }: Scenario): void {
    this.line();
    this.line(`${this.styled('bold', `${number}. ${title}`)}  ${this.styled('dim', `(CPM-MLD ${requirements.join(', ')})`)}`);
    this.line(`${INDENT}${shows}`);
  }

  journey(label: string, entries: readonly JourneyEntry[], people: ReadonlyMap<string, string>): void {
    this.line();
    this.line(`${INDENT}${this.styled('bold', 'journey')}  ${label}`);
    const lines = journeyLines(entries, people);
    for (const line of lines.length > 0 ? lines : ['no decision about it is known']) this.line(`${INDENT}  ${line}`);
  }

  checks(checks: readonly Check[]): void {
    this.line();
    this.line(`${INDENT}${this.styled('bold', 'checks')}`);
    for (const { says, held, seen } of checks) {
      this.line(`${INDENT}  ${held ? this.styled('green', 'ok    ') : this.styled('red', 'FAILED')}  ${says}`);
      if (!held) this.line(`${INDENT}          instead: ${seen}`);
    }
  }

  summary(scenarios: number, checks: readonly Check[], tookMs: number): void {
    const failed = checks.filter(({ held }) => !held).length;
    const outcome = failed === 0 ? this.styled('green', 'all held') : this.styled('red', `${failed} FAILED`);
    this.line();
    this.line(`${scenarios} scenarios, ${checks.length} checks, ${outcome} (${(tookMs / 1_000).toFixed(1)} s)`);
  }

  private styled(style: Style, text: string): string {
    return styleText(style, text, { stream: this.out });
  }
}
