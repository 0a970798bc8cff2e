import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startCountingSmsc } from '@cpm/testing-smsc-peers';
import { benchGatewayPath, type GatewayFigures } from './gateway-path.js';
import type { ClientFigures, ClientTask } from './smpp-client.js';

export interface SmscBenchOptions {
  readonly messages: number;
  readonly window: number;
  readonly out: string;
}

/** Texts on their way through the gateway for each place in the window: a submission waits for the log on either side of it. */
const UNDER_WAY_PER_PLACE = 8;

/** Cloudhopper's stack as SMSC, in turn for the bare npm client, this project's link, and the gateway with all that it keeps. */
export async function benchSmsc({ messages, window, out }: SmscBenchOptions): Promise<void> {
  const peer = await startCountingSmsc();
  try {
    const clients: [string, ClientFigures][] = [];
    for (const [client, name] of [['bare', 'npm smpp'], ['own', 'libs/smpp']] as const) {
      console.log(`${name}: ${messages} texts, window ${window} …`);
      clients.push([name, await inProcess({ client, url: peer.url, messages, window })]);
    }
    console.log(`gateway: ${messages} texts, window ${window}, with Kafka and MongoDB …`);
    const gateway = await benchGatewayPath({ url: peer.url, messages, window, underWay: window * UNDER_WAY_PER_PLACE });
    print(clients, gateway);
    mkdirSync(out, { recursive: true });
    writeFileSync(`${out}/smsc.json`, `${JSON.stringify({ at: new Date().toISOString(), machine: { cores: cpus().length, node: process.version }, window, clients: Object.fromEntries(clients), gateway }, null, 2)}\n`);
    console.log(`\nWritten: ${out}/smsc.json`);
  } finally {
    await peer.stop();
  }
}

async function inProcess(task: ClientTask): Promise<ClientFigures> {
  const child = fork(fileURLToPath(new URL('smpp-client.js', import.meta.url)));
  child.send(task);
  const [figures] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as unknown[];
  if (typeof figures !== 'object' || figures === null) throw new Error(`the client ended with ${String(figures)}`);
  return figures as ClientFigures;
}

function print(clients: readonly [string, ClientFigures][], gateway: GatewayFigures): void {
  const bare = clients[0]?.[1].perSecond ?? 0;
  const line = (name: string, perSecond: number, rest: string) => console.log(`${name.padEnd(10)} ${perSecond.toFixed(0).padStart(6)} SMS/s  ${((perSecond / bare) * 100).toFixed(0).padStart(4)} %   ${rest}`);
  console.log('');
  for (const [name, { perSecond, answer, cpuMs, messages, receipts }] of clients) {
    line(name, perSecond, `response p50 ${answer.p50} p99 ${answer.p99} ms   cpu ${cpuMs.toFixed(3)} ms/SMS   receipts ${receipts} of ${messages}`);
  }
  const { perSecond, submitted, delivered, cpuMs, counts } = gateway;
  line('gateway', perSecond, `asked->accepted p50 ${submitted.p50} p99 ${submitted.p99} ms   asked->delivered p50 ${delivered.p50} p99 ${delivered.p99} ms`);
  console.log(`           cpu ms/SMS: gateway ${cpuMs.gateway.toFixed(2)}, broker ${cpuMs.broker.toFixed(2)}, database ${cpuMs.database.toFixed(2)}`);
  console.log(`           per SMS: ${counts.records.toFixed(1)} records, ${counts.inserts.toFixed(1)} inserts, ${counts.updates.toFixed(1)} updates, ${counts.queries.toFixed(1)} queries`);
}
