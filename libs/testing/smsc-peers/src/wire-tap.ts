import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

const HEADER_OCTETS = 16;
const SUBMIT_SM_RESP = 0x8000_0004;

/** A way to a peer on which answers are counted as they pass. */
export interface WireTap {
  /** The peer's URL, by way of the tap. */
  readonly url: string;
  /** How many connections were made. */
  readonly connections: number;
  /** How many submit_sm_resp passed with each status. */
  readonly answers: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

/** Listens on a free port and hands everything on to the peer, both ways. */
export async function tapWire({ url, port }: { readonly url: string; readonly port: number }): Promise<WireTap> {
  const answers = new Map<number, number>();
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const peer = connect({ port, host: '127.0.0.1' });
    peer.on('data', answerCounter(answers));
    for (const [one, other] of [[client, peer], [peer, client]] as const) {
      open.add(one);
      one.setNoDelay(true).on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = (server.address() as AddressInfo).port;
  return {
    answers,
    url: url.replace(String(port), String(own)),
    get connections() { return connections; },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Finds PDUs in a stream by their command_length (SMPP 3.4, 3.2). */
function answerCounter(answers: Map<number, number>): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= HEADER_OCTETS && rest.length - at >= rest.readUInt32BE(at)) {
      const status = rest.readUInt32BE(at + 8);
      if (rest.readUInt32BE(at + 4) === SUBMIT_SM_RESP) answers.set(status, (answers.get(status) ?? 0) + 1);
      at += rest.readUInt32BE(at);
    }
    rest = rest.subarray(at);
  };
}
