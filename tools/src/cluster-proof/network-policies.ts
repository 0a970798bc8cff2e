import type { SingleNode } from './single-node.js';

interface Flow {
  /** `namespace/deployment`. */
  readonly from: string;
  readonly host: string;
  readonly port: number;
  readonly passes: boolean;
}

const LIMIT_MS = 3_000;
const CONNECT = `const [host, port] = process.argv.slice(1);
const socket = require('node:net').connect(Number(port), host);
const end = (word) => { console.log(word); process.exit(0); };
socket.setTimeout(${LIMIT_MS}).once('connect', () => end('passes')).once('timeout', () => end('stopped')).once('error', ({ code }) => end(code === 'ECONNREFUSED' ? 'stopped' : code));`;

const service = (name: string) => `cpm-${name}.cpm.svc.cluster.local`;
const store = (name: string) => `${name}.stores.svc.cluster.local`;

/** What must pass and what must not; the address of the SMSC is the node's. */
function flows(smsc: string): readonly Flow[] {
  return [
    { from: 'entry/entry', host: service('routing'), port: 8080, passes: true },
    { from: 'strangers/stranger', host: service('routing'), port: 8080, passes: false },
    { from: 'strangers/stranger', host: service('client-edge'), port: 8080, passes: false },
    { from: 'strangers/stranger', host: store('kafka'), port: 9092, passes: true },
    { from: 'cpm/cpm-routing', host: store('kafka'), port: 9092, passes: true },
    { from: 'cpm/cpm-routing', host: store('mongo'), port: 27_017, passes: true },
    { from: 'cpm/cpm-routing', host: service('client-edge'), port: 8080, passes: false },
    { from: 'cpm/cpm-routing', host: smsc, port: 2775, passes: false },
    { from: 'cpm/cpm-sms-interworking-gateway', host: smsc, port: 2775, passes: true },
  ];
}

/** Tries connections from inside of pods. @throws with those that pass and should not, or the other way round */
export async function tryFlows(node: SingleNode, smsc: string): Promise<number> {
  const faults: string[] = [];
  const all = flows(smsc);
  for (const { from, host, port, passes } of all) {
    const [namespace = '', deployment = ''] = from.split('/');
    const said = await node.kubectl(['-n', namespace, 'exec', `deployment/${deployment}`, '--', '/usr/local/bin/node', '-e', CONNECT, host, String(port)]);
    if (said.trim() !== (passes ? 'passes' : 'stopped')) faults.push(`${from} to ${host}:${port}: ${said.trim()}, should be ${passes ? 'let through' : 'stopped'}`);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return all.length;
}
