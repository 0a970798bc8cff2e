import { cp, readFile } from 'node:fs/promises';
import { jsmppClassPath, jsmppKeys } from './maven.js';
import { inFolder, PASSWORD, startPeer, SYSTEM_ID, type SmscPeer } from './peer.js';

/** Below `warn` it prints every PDU. */
const LOGGING = ['-Dorg.slf4j.simpleLogger.log.org.jsmpp=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

const SIMULATOR = 'org.jsmpp.examples.SMPPServerSimulator';

/**
 * JSMPP's SMPPServerSimulator: transceivers with the right credentials only, a "Hello World" from 555 to 12345 after each bind, one receipt
 * after a second; message ids are hex in responses and decimal in receipts.
 */
export async function startJsmppSimulator(): Promise<SmscPeer> {
  return startPeer(await simulator());
}

/** The same behind TLS, with a certificate of its own for 127.0.0.1; `certificate` is PEM. */
export async function startJsmppTlsSimulator(): Promise<SmscPeer & { readonly certificate: string }> {
  const plain = await simulator();
  const keys = await jsmppKeys();
  const peer = await startPeer({
    ...plain, scheme: 'ssmpp', prepare: (folder) => cp(keys, folder, { recursive: true }),
    options: (port) => [...plain.options(port), '-Djsmpp.simulator.ssl=true'],
  });
  return Object.assign(peer, { certificate: await readFile(inFolder(peer.workplace, 'certificate.pem'), 'utf8') });
}

async function simulator() {
  return {
    name: 'jsmpp-simulator', classPath: await jsmppClassPath(), mainClass: SIMULATOR,
    // A connection that does not bind stands in the way of all others for 30 s, so none is tried.
    ready: 'Listening on port',
    options: (port: number) => [...LOGGING, `-Dorg.slf4j.simpleLogger.log.${SIMULATOR}=info`, `-Djsmpp.simulator.port=${port}`, `-Djsmpp.client.systemId=${SYSTEM_ID}`, `-Djsmpp.client.password=${PASSWORD}`],
  };
}

/**
 * JSMPP's StressServer: any credentials, receipts after a second, ids as in the simulator, and "throttled" when its queue of a hundred is full:
 * with few `processors` it is soon.
 */
export async function startStressServer({ processors = 10 }: { readonly processors?: number } = {}): Promise<SmscPeer> {
  return startPeer({
    name: 'jsmpp-stress', classPath: await jsmppClassPath(), mainClass: 'org.jsmpp.examples.StressServer',
    options: (port) => [...LOGGING, `-Djsmpp.server.port=${port}`, `-Djsmpp.server.procDegree=${processors}`],
  });
}
