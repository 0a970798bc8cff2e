import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Pool } from 'undici';
import { startSystem } from '../../start/start-system.js';
import { UNLIMITED_INTAKE } from '../unlimited-intake.js';
import { MAIL_FORMAT, startDovecot, type FsyncMode } from './dovecot.js';
import { ImapBox, mailOf } from './imap-box.js';
import { NmsBox } from './nms-box.js';
import { withProgress } from './progress.js';
import type { BenchMessage, StoredBox } from './stored-box.js';
import { UsageSampler, type ProcessUsage } from '../usage-sampler.js';

export interface SideBySideOptions {
  /** Of each way of appending; as many get a flag. */
  readonly messages: number;
  /** Requests under way, each on a connection of its own. */
  readonly connections: number;
}

type Step = 'append, one per request' | 'append, in groups' | 'set \\Seen, in groups' | 'resynchronise';

interface Figures {
  readonly server: string;
  readonly step: Step;
  readonly seconds: number;
  readonly perSecond: number;
  readonly usage: readonly ProcessUsage[];
  /** CPU of this process, which is the client. */
  readonly clientSeconds: number;
}

const GROUP = 500;
const TEXT = 'x'.repeat(220);
const WARM_UP_MESSAGES = 1_000;
const OWN = 'this message store';

/** Dovecot and the message store do the same work one after the other, each alone on the machine. */
export async function benchSideBySide(options: SideBySideOptions): Promise<void> {
  const { messages, connections } = options;
  const mail = mailOf(messagesOf('a', 1)[0] as BenchMessage);
  console.log(`${messages} messages of ${mail.length} bytes as a mail, in groups of ${GROUP} where there are groups, ${connections} request(s) under way, each on its own connection; no TLS; the client is this process.`);
  print([...await ofDovecot('always', options), ...await ofDovecot('optimized', options), ...await ofOwn(options)]);
}

async function ofDovecot(fsync: FsyncMode, options: SideBySideOptions): Promise<Figures[]> {
  const server = await startDovecot(fsync);
  try {
    console.log(`\nDovecot ${server.version}, ${MAIL_FORMAT} in ${server.folder} (file system ${(await stat(server.folder)).dev}), mail_fsync=${fsync}; imapflow with QRESYNC; groups are MULTIAPPEND and STORE of a range`);
    // Neither colon nor plus may stand in a user's name.
    return await measure(`Dovecot, mail_fsync=${fsync}`, (user) => ImapBox.open(server.port, user.replace('tel:+', ''), options.connections), options.messages);
  } catch (error) {
    console.error(await server.complaints());
    throw error;
  } finally {
    await server.stop();
  }
}

async function ofOwn(options: SideBySideOptions): Promise<Figures[]> {
  console.log('\nStarting the system …');
  const system = await startSystem({ httpPort: 0, quiet: true, fresh: true, env: UNLIMITED_INTAKE });
  const pool = new Pool(system.url, { connections: options.connections });
  try {
    const { kafka, mongo } = system.stack;
    console.log(`${OWN}: all services in one process, Kafka (${kafka.source}) and mongod (${mongo.source}) under ${tmpdir()} (file system ${(await stat(tmpdir())).dev}); an answer follows Kafka's acks=all and a majority write in mongod, which stands in its journal on the disk; groups are bulkCreation and bulkUpdate; a list of changes holds the whole objects, where QRESYNC holds flags`);
    return await measure(OWN, (user) => NmsBox.open({ pool, url: system.url }, user, options.connections), options.messages);
  } finally {
    await pool.destroy();
    await system.stop();
  }
}

async function measure(server: string, open: (user: string) => Promise<StoredBox>, messages: number): Promise<Figures[]> {
  console.log(`  warming up with ${WARM_UP_MESSAGES} messages in another box …`);
  await runSteps(await open('tel:+4930000001'), WARM_UP_MESSAGES, () => undefined);
  const figures: Figures[] = [];
  await runSteps(await open('tel:+4930000002'), messages, (each) => {
    figures.push({ server, ...each });
    console.log(`  ${each.step}: ${each.seconds.toFixed(2)} s, ${each.perSecond.toFixed(0)}/s`);
  });
  return figures;
}

type StepFigures = Omit<Figures, 'server'>;

async function runSteps(box: StoredBox, count: number, onStep: (figures: StepFigures) => void): Promise<void> {
  const [first, second] = [messagesOf('a', count), messagesOf('b', count)];
  const groups = Array.from({ length: Math.ceil(count / GROUP) }, (_, group) => second.slice(group * GROUP, (group + 1) * GROUP));
  const step = async (name: Step, work: (onDone: (done: number) => void) => Promise<void>) => onStep(await timed(name, count, work));
  await step('append, one per request', (onDone) => box.append(first, onDone));
  await step('append, in groups', (onDone) => box.appendGroups(groups, onDone));
  await box.settle(count);
  await step('set \\Seen, in groups', (onDone) => box.setSeen(GROUP, onDone));
  await step('resynchronise', (onDone) => box.resync(onDone));
  await box.close();
}

async function timed(step: Step, count: number, work: (onDone: (done: number) => void) => Promise<void>): Promise<StepFigures> {
  const sampler = new UsageSampler();
  const before = process.cpuUsage();
  const seconds = await withProgress(step, count, work);
  const { user, system } = process.cpuUsage(before);
  return { step, seconds, perSecond: count / seconds, usage: sampler.stop(), clientSeconds: (user + system) / 1e6 };
}

function messagesOf(series: string, count: number): BenchMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${series}-${index}`, from: `tel:+49151${1_000_000 + (index % 100)}`, to: 'tel:+4930000002', date: Date.UTC(2026, 0, 1) + index * 60_000, text: TEXT,
  }));
}

function print(figures: readonly Figures[]): void {
  console.log(`\n${'step'.padEnd(25)}${'server'.padEnd(31)}${'seconds'.padStart(8)}${'items/s'.padStart(9)}${'ours/its'.padStart(10)}   CPU seconds of the server's processes; of the client`);
  for (const [step, rows] of Map.groupBy(figures, (each) => each.step)) {
    const own = rows.find(({ server }) => server === OWN);
    for (const { server, seconds, perSecond, usage, clientSeconds } of rows) {
      const ratio = own && server !== OWN ? (own.perSecond / perSecond).toFixed(2) : '';
      const cpu = usage.map(({ name, cpuSeconds }) => `${name.split(/[ /]/).slice(-3).join('/')} ${cpuSeconds.toFixed(1)}`).join(', ');
      console.log(`${step.padEnd(25)}${server.padEnd(31)}${seconds.toFixed(2).padStart(8)}${perSecond.toFixed(0).padStart(9)}${ratio.padStart(10)}   ${cpu || 'below 0.2'}; ${clientSeconds.toFixed(1)}`);
    }
  }
}
