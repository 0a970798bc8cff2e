import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/** Below Linux's range for outgoing connections: a client that retries a port in that range can connect to itself and keep it taken. */
const LOWEST = 15000;
const HIGHEST = 30000;
const ATTEMPTS = 50;
const HOST = '127.0.0.1';

/** Whether something listens on the port of 127.0.0.1. */
function isPortTaken(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error)));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

/** A port of 127.0.0.1 that nobody listens on. @throws after 50 taken ones */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (!(await isPortTaken(port))) return port;
  }
  throw new Error(`No free port found between ${LOWEST} and ${HIGHEST}`);
}

/** The wanted port, or a free one. @throws naming the port when it is taken, and the variable that avoids starting `name` */
export async function claimPort(name: string, wanted: number | undefined, variable: string): Promise<number> {
  if (wanted === undefined) return freePort();
  if (!(await isPortTaken(wanted))) return wanted;
  throw new Error(`${name}: port ${wanted} is taken. Stop what listens there, or set ${variable} to use a ${name} that already runs`);
}
