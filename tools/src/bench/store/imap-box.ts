import { ImapFlow } from 'imapflow';
import { inParallel, type BenchMessage, type StoredBox } from './stored-box.js';
import { PASSWORD } from './dovecot.js';

const INBOX = 'INBOX';

/** What `exec` takes and gives: the client has no function of its own for MULTIAPPEND (RFC 3502), but its commands may hold any number of literals. */
interface WithCommands {
  exec(command: string, parts: readonly { readonly type: 'ATOM' | 'LITERAL'; readonly value: string | Buffer }[]): Promise<{ next(): void }>;
}

/** What a client remembers of a mailbox to be told only of changes (RFC 7162). */
interface KnownState {
  readonly uidValidity: bigint;
  readonly changedSince: bigint;
}

/** The INBOX of one user of an IMAP server: some connections that work, one that was away. */
export class ImapBox implements StoredBox {
  private known: KnownState | undefined;
  private count = 0;

  private constructor(
    private readonly workers: readonly ImapFlow[],
    private readonly away: ImapFlow,
  ) {}

  static async open(port: number, user: string, connections: number): Promise<ImapBox> {
    const clients = Array.from({ length: connections + 1 }, () => clientFor(port, user));
    await Promise.all(clients.map((client) => client.connect()));
    const [away, ...workers] = clients as [ImapFlow, ...ImapFlow[]];
    if (!away.enabled.has('QRESYNC')) throw new Error('the server has no QRESYNC');
    // Dovecot makes the INBOX when it is first asked for, and refuses one of two who ask at the same time.
    await away.mailboxOpen(INBOX);
    await away.mailboxClose();
    return new ImapBox(workers, away);
  }

  async append(messages: readonly BenchMessage[], onDone: (count: number) => void): Promise<void> {
    await inParallel(messages, this.workers, async (message, worker) => {
      if (!(await worker.append(INBOX, mailOf(message)))) throw new Error('APPEND did nothing');
      onDone(1);
    });
  }

  async appendGroups(groups: readonly (readonly BenchMessage[])[], onDone: (count: number) => void): Promise<void> {
    await inParallel(groups, this.workers, async (messages, worker) => {
      const literals = messages.map((message) => ({ type: 'LITERAL' as const, value: mailOf(message) }));
      const answer = await (worker as unknown as WithCommands).exec('APPEND', [{ type: 'ATOM', value: INBOX }, ...literals]);
      answer.next();
      onDone(messages.length);
    });
  }

  /** UIDs begin with 1 and nothing was removed: the first messages have the first UIDs. */
  async settle(count: number): Promise<void> {
    this.count = count;
    await Promise.all(this.workers.map((worker) => worker.mailboxOpen(INBOX)));
    const { uidValidity, highestModseq } = await this.away.mailboxOpen(INBOX);
    if (highestModseq === undefined) throw new Error('the mailbox has no mod-sequences');
    this.known = { uidValidity, changedSince: highestModseq };
    await this.away.mailboxClose();
  }

  async setSeen(groupSize: number, onDone: (count: number) => void): Promise<void> {
    const firsts = Array.from({ length: Math.ceil(this.count / groupSize) }, (_, group) => 1 + group * groupSize);
    await inParallel(firsts, this.workers, async (first, worker) => {
      const last = Math.min(first + groupSize - 1, this.count);
      if (!(await worker.messageFlagsAdd(`${first}:${last}`, ['\\Seen'], { uid: true, silent: true }))) throw new Error('STORE did nothing');
      onDone(last - first + 1);
    });
  }

  async resync(onDone: (count: number) => void): Promise<void> {
    if (!this.known) throw new Error('nothing is remembered');
    this.away.on('flags', ({ flags }) => onDone(flags?.has('\\Seen') ? 1 : 0));
    await this.away.mailboxOpen(INBOX, this.known);
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers, this.away].map((client) => client.logout()));
  }
}

function clientFor(port: number, user: string): ImapFlow {
  const client = new ImapFlow({
    host: '127.0.0.1', port, secure: false, doSTARTTLS: false, auth: { user, pass: PASSWORD }, logger: false, qresync: true, disableAutoIdle: true,
  });
  // The command under way fails with the connection; without a listener the same error would end the process.
  client.on('error', () => undefined);
  return client;
}

export function mailOf({ id, from, to, date, text }: BenchMessage): Buffer {
  const head = [`From: <${from}>`, `To: <${to}>`, `Date: ${new Date(date).toUTCString()}`, `Message-ID: <${id}@bench>`, 'MIME-Version: 1.0', 'Content-Type: text/plain;charset=utf-8'];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}\r\n`);
}
