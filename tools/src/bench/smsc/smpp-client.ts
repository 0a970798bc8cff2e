// A process of its own for one client: the codec of @cpm/smpp changes npm `smpp` for the whole process, and CPU is counted by process.
import { once } from 'node:events';
import { closedLoop, type LoopFigures } from './closed-loop.js';
import { destinationOf, SENDER, TEXT } from './sample-text.js';

/** What the bench asks of a client process. */
export interface ClientTask {
  readonly client: 'bare' | 'own';
  readonly url: string;
  readonly messages: number;
  readonly window: number;
}

export interface ClientFigures extends LoopFigures {
  /** Receipts that came until none was missing, or for ten seconds. */
  readonly receipts: number;
}

interface BenchClient {
  submit(destination: string): Promise<void>;
  receipts(): number;
  close(): Promise<void>;
}

const WARM_UP = 2_000;
const RECEIPT_LIMIT_MS = 10_000;

async function bareClient(url: string): Promise<BenchClient> {
  const { default: smpp } = await import('smpp');
  const { username, password } = new URL(url);
  const session = smpp.connect({ url });
  let receipts = 0;
  session.on('deliver_sm', (request) => {
    receipts += 1;
    session.send(request.response());
  });
  session.on('enquire_link', (request) => session.send(request.response()));
  await new Promise<void>((resolve) => session.on('connect', resolve));
  await new Promise((resolve) => session.bind_transceiver({ system_id: username, password }, resolve));
  const fields = { source_addr_ton: 1, source_addr_npi: 1, source_addr: SENDER, dest_addr_ton: 1, dest_addr_npi: 1, registered_delivery: 1, data_coding: 0 };
  return {
    submit: (destination) => new Promise((resolve, reject) => session.submit_sm({ ...fields, destination_addr: destination, short_message: Buffer.from(TEXT) }, ({ command_status: status }) => {
      if (status === 0) resolve();
      else reject(new Error(`status ${status}`));
    })),
    receipts: () => receipts,
    close: async () => session.close(),
  };
}

async function ownClient(url: string, window: number): Promise<BenchClient> {
  const { e164Address, SmppTransceiver } = await import('@cpm/smpp');
  const transceiver = new SmppTransceiver({ url, windowSize: window });
  let receipts = 0;
  transceiver.onDeliver(async () => {
    receipts += 1;
    await Promise.resolve();
  });
  const bound = new Promise<void>((resolve) => transceiver.onState((state) => { if (state === 'bound') resolve(); }));
  transceiver.start();
  await bound;
  const source = e164Address(`+${SENDER}`);
  return {
    submit: async (destination) => {
      await transceiver.submit({ source, destination: e164Address(`+${destination}`), dataCoding: 0, esmClass: 0, shortMessage: Buffer.from(TEXT), registeredDelivery: 1 });
    },
    receipts: () => receipts,
    close: () => transceiver.close(),
  };
}

async function work({ client: kind, url, messages, window }: ClientTask): Promise<ClientFigures> {
  const client = kind === 'bare' ? await bareClient(url) : await ownClient(url, window);
  await closedLoop(WARM_UP, window, (number) => client.submit(destinationOf(number)));
  const figures = await closedLoop(messages, window, (number) => client.submit(destinationOf(number)));
  for (const giveUp = performance.now() + RECEIPT_LIMIT_MS; client.receipts() < messages + WARM_UP && performance.now() < giveUp;) await new Promise((resolve) => setTimeout(resolve, 20));
  const receipts = client.receipts();
  await client.close();
  return { ...figures, receipts: receipts - WARM_UP };
}

const [task] = (await once(process, 'message')) as [ClientTask];
process.send?.(await work(task));
process.disconnect();
