import type { ChaosEvent, Submission } from './history.js';

export interface Owed {
  readonly submission: Submission;
  /** Epoch ms. */
  readonly submittedAt: number;
  /** What has not come about: `device <id>`, `text`, `delivered <recipient>`, … */
  readonly missing: readonly string[];
}

interface Account {
  readonly submission: Submission;
  readonly submittedAt: number;
  readonly due: Set<string>;
  readonly paid: Set<string>;
  isAccepted: boolean;
}

const AN_ANSWER = 'an answer to the sender';
const THE_FILE = 'the file';
const TEXT = 'text';

/** What submissions are owed, by what was seen so far. */
export class Owing {
  /** Devices by user. */
  readonly #users = new Map<string, readonly string[]>();
  readonly #accounts = new Map<string, Account>();
  readonly #open = new Set<Account>();

  follow(event: ChaosEvent): void {
    if (event.is === 'enrolled') this.#users.set(event.user, event.devices);
    else if (event.is === 'submitted') this.#begin(event, event.at);
    else if ('id' in event && event.id !== undefined) this.#settle(event as ChaosEvent & { readonly id: string });
  }

  /** Those without an answer to their submission included. */
  get size(): number {
    return this.#open.size;
  }

  /** Accepted submissions that miss something. */
  accepted(): readonly Owed[] {
    return [...this.#open].filter(({ isAccepted }) => isAccepted).map((account) => ({ submission: account.submission, submittedAt: account.submittedAt, missing: missingOf(account) }));
  }

  #begin(submission: Submission, submittedAt: number): void {
    const account = { submission, submittedAt, due: new Set(this.#dueOf(submission)), paid: new Set<string>(), isAccepted: false };
    this.#accounts.set(submission.id, account);
    this.#open.add(account);
  }

  #dueOf({ kind, recipients, requested }: Submission): readonly string[] {
    if (kind === 'invitation') return [AN_ANSWER];
    const reports = requested.includes('positive-delivery') ? recipients.map((recipient) => `delivered ${recipient}`) : [];
    if (kind === 'sms') return [TEXT, ...reports];
    if (kind === 'file') return [THE_FILE, ...reports];
    // In a group each member gets it on those of his devices that take part, which change: on one at least.
    if (kind === 'chat') return [...recipients.map((recipient) => `user ${recipient}`), ...reports];
    return [...recipients.flatMap((recipient) => this.#users.get(recipient) ?? []).map((device) => `device ${device}`), ...reports];
  }

  #settle(event: ChaosEvent & { readonly id: string }): void {
    const account = this.#accounts.get(event.id);
    if (!account) return;
    if (event.is === 'refused') {
      this.#open.delete(account);
      return;
    }
    if (event.is === 'accepted') account.isAccepted = true;
    // A display is reported once, whatever devices say it and how often.
    if (event.is === 'displayed' && account.submission.requested.includes('display')) account.due.add(`displayed ${event.user}`);
    for (const paid of this.#paidBy(event)) account.paid.add(paid);
    if (account.isAccepted && missingOf(account).length === 0) this.#open.delete(account);
    else this.#open.add(account);
  }

  #paidBy(event: ChaosEvent): readonly string[] {
    switch (event.is) {
      case 'received':
        return [`device ${event.device}`, `user ${event.user}`];
      case 'texted': {
        // A Primary whose IP is in doubt gets a text as SMS instead.
        const user = `tel:${event.to}`;
        return [TEXT, `user ${user}`, `device ${this.#users.get(user)?.[0] ?? ''}`];
      }
      case 'reported':
        return [`${event.status} ${event.recipient}`];
      case 'fetched':
        return [THE_FILE];
      case 'settled':
        return [AN_ANSWER];
      default:
        return [];
    }
  }
}

function missingOf({ due, paid }: Account): readonly string[] {
  return [...due].filter((debt) => !paid.has(debt));
}
