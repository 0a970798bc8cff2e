import type { History, Submission } from '../history.js';

/** Names submissions, and writes down what becomes of each. */
export class Submissions {
  readonly #run = Date.now().toString(36);
  #last = 0;

  constructor(private readonly history: History) {}

  /** A word that each text of the run holds, and that nothing else does. */
  get secret(): string {
    return `quince${this.#run}`;
  }

  nextId(): string {
    this.#last += 1;
    return `chaos-${this.#run}-${this.#last}`;
  }

  /** Fits into one SMS, also behind the name of who says it. */
  bodyOf(id: string): string {
    return `${id} ${this.secret} lorem ipsum dolor sit amet`;
  }

  /** Whether it was accepted. */
  async submit(submission: Submission, send: () => Promise<unknown>): Promise<boolean> {
    const { history } = this;
    const { id } = submission;
    history.append({ is: 'submitted', at: Date.now(), ...submission });
    try {
      await send();
      history.append({ is: 'accepted', id, at: Date.now() });
      return true;
    } catch (error) {
      history.append({ is: 'refused', id, at: Date.now(), reason: reasonOf(error) });
      return false;
    }
  }

  async repeat(id: string, send: () => Promise<unknown>): Promise<void> {
    const answer = await send().then(() => 'ok', reasonOf);
    this.history.append({ is: 'repeated', id, at: Date.now(), answer });
  }
}

/** The message id in the words of a text; undefined for a notification, which tells none. */
export function idIn(text: string): string | undefined {
  return /chaos-[0-9a-z]+-\d+/.exec(text)?.[0];
}

function reasonOf(error: unknown): string {
  return (error as Error).message;
}
