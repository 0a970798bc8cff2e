import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Pool } from 'undici';
import { startSystem } from '../start/start-system.js';
import { MAIL_FORMAT, startDovecot, type FsyncMode } from './dovecot.js';
import { ImapBox, mailOf } from './imap-box.js';
import { NmsBox } from './nms-box.js';
import { Progress } from './progress.js';
import type { BenchMessage, StoredBox } from './stored-box.js';
import { UsageSampler, type ProcessUsage } from './usage-sampler.js';

export interface SideBySideOptions {
  /** Of each way of appending; as many get a flag. */
  readonly messages: number;
}

type Step = 'append, one per request' | 'append, in groups' | 'set \\Seen, in groups' | 'resynchronise';

interface Figures {
  readonly step: Step;
  readonly seconds: number;
  readonly perSecond: number;
  readonly usage: readonly ProcessUsage[];
  /** CPU of this process, which is the client. */
  readonly clientSeconds: number;
}

interface Result {
  readonly name: string;
  readonly figures: readonly Figures[];
}

const CONNECTIONS = 4;
const GROUP = 500;
const TEXT = 'x'.repeat(220);
const WARM_UP_MESSAGES = 1_000;
const OWN = 'this message store';

/** Dovecot and the message store do the same work one after the other, each alone on the machine. */
export async function benchSideBySide({ messages }: SideBySideOptions): Promise<void> {
  console.log(`${CONNECTIONS} requests under way, groups of ${GROUP}, ${messages} messages of ${mailOf(messagesOf('a', 1)[0] as BenchMessage).length} bytes as a mail; no TLS; the client is this process.`);
  const results = [await ofDovecot('always', messages), await ofDovecot('optimized', messages), await ofOwn(messages)];
  print(results);
}

async function ofDovecot(fsync: FsyncMode, messages: number): Promise<Result> {
  const server = await startDovecot(fsync);
  try {
    const name = `Dovecot, mail_fsync=${fsync}`;
    console.log(`\nDovecot ${server.version}, ${MAIL_FORMAT} in ${server.folder} (file system ${(await stat(server.folder)).dev}), mail_fsync=${fsync}, imapflow with QRESYNC`);
    return await measure(name, (user) => ImapBox.open(server.port, user.slice('tel:+'.length), CONNECTIONS), messages);
  } finally {
    await server.stop();
  }
}

async function ofOwn(messages: number): Promise<Result> {
  console.log('\nStarting the system …');
  const system = await startSystem({ httpPort: 0, quiet: true, fresh: true });
  const pool = new Pool(system.url, { connections: CONNECTIONS });
  try {
    const { kafka, mongo } = system.stack;
    console.log(`${OWN}: all services in one process, Kafka (${kafka.source}) and mongod (${mongo.source}) under ${tmpdir()} (file system ${(await stat(tmpdir())).dev}); answers after a majority write in mongod, which is in its journal on the disk; Kafka acks=all`);
    return await measure(OWN, (user) => NmsBox.open(pool, user, CONNECTIONS), messages);
  } finally {
    await pool.destroy();
    await system.stop();
  }
}

async function measure(name: string, open: (user: string) => Promise<StoredBox>, messages: number): Promise<Result> {
  console.log(`  warming up with ${WARM_UP_MESSAGES} messages in another box …`);
  await runSteps(await open('tel:+4930000001'), WARM_UP_MESSAGES, () => undefined);
  const figures: Figures[] = [];
  await runSteps(await open('tel:+4930000002'), messages, (each) => {
    figures.push(each);
    console.log(`  ${each.step}: ${each.seconds.toFixed(2)} s, ${each.perSecond.toFixed(0)}/s`);
  });
  return { name, figures };
}

async function runSteps(box: StoredBox, count: number, onStep: (figures: Figures) => void): Promise<void> {
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

async function timed(step: Step, count: number, work: (onDone: (done: number) => void) => Promise<void>): Promise<Figures> {
  const sampler = new UsageSampler();
  const before = process.cpuUsage();
  const progress = new Progress(step, count);
  await work((done) => progress.add(done));
  const seconds = progress.end();
  const { user, system } = process.cpuUsage(before);
  return { step, seconds, perSecond: count / seconds, usage: sampler.stop(), clientSeconds: (user + system) / 1e6 };
}

function messagesOf(series: string, count: number): BenchMessage[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${series}-${index}`, from: `tel:+49151${1_000_000 + (index % 100)}`, to: 'tel:+4930000002', date: Date.UTC(2026, 0, 1) + index * 60_000, text: TEXT,
  }));
}

function print(results: readonly Result[]): void {
  console.log(`\n${'step'.padEnd(26)}${'server'.padEnd(32)}${'seconds'.padStart(9)}${'items/s'.padStart(10)}   CPU seconds of the server's processes, of the client`);
  const steps = results[0]?.figures.map(({ step }) => step) ?? [];
  for (const step of steps) {
    for (const { name, figures } of results) {
      const each = figures.find((one) => one.step === step);
      if (!each) continue;
      const cpu = each.usage.map((one) => `${one.name.split(/[ /]/).slice(-3).join('/')} ${one.cpuSeconds.toFixed(1)}`).join(', ');
      console.log(`${step.padEnd(26)}${name.padEnd(32)}${each.seconds.toFixed(2).padStart(9)}${each.perSecond.toFixed(0).padStart(10)}   ${cpu === '' ? '-' : cpu}; client ${each.clientSeconds.toFixed(1)}`);
    }
  }
  const own = results.find(({ name }) => name === OWN);
  console.log('');
  for (const { name, figures } of results.filter((result) => result !== own)) {
    const ratios = figures.map(({ step, perSecond }) => `${step} ${((own?.figures.find((one) => one.step === step)?.perSecond ?? 0) / perSecond).toFixed(2)}`);
    console.log(`items/s of ${OWN} over those of ${name}: ${ratios.join('; ')}`);
  }
}
