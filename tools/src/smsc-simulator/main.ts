import { z } from 'zod';
import { serveSmscView } from './http-view.js';
import { smscSimulatorOptions, startSmscSimulator } from './smsc-simulator.js';

const port = z.coerce.number().int().min(0).max(65_535);
const { systemId, password, receiptDelayMs } = smscSimulatorOptions.shape;

const environment = z.object({
  SMSC_PORT: port.default(2775),
  SMSC_HTTP_PORT: port.default(2776),
  SMSC_HOST: z.string().default('127.0.0.1'),
  SMSC_SYSTEM_ID: systemId,
  SMSC_PASSWORD: password,
  SMSC_RECEIPT_DELAY_MS: z.coerce.number().pipe(receiptDelayMs.unwrap()).default(100),
});

const settings = environment.parse(process.env);
const simulator = await startSmscSimulator({
  port: settings.SMSC_PORT,
  host: settings.SMSC_HOST,
  systemId: settings.SMSC_SYSTEM_ID,
  password: settings.SMSC_PASSWORD,
  receiptDelayMs: settings.SMSC_RECEIPT_DELAY_MS,
});
const view = await serveSmscView(simulator, { port: settings.SMSC_HTTP_PORT, host: settings.SMSC_HOST });
console.log(`SMSC simulator: ${simulator.url.replace(/:[^:@]*@/, ':***@')}, view: ${view.url}/messages`);

async function stop(): Promise<void> {
  await view.close();
  await simulator.close();
}

process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
