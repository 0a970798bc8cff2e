import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FrameSplitter } from '../frame-splitter.js';
import { npmSmppCodec } from '../npm-smpp-codec.js';
import type { Pdu } from '../pdu.js';

/** One connection to a RawSmsc: what it got, and any octets it should send. */
export class RawPeer {
  readonly received: Pdu[] = [];
  closed = false;

  constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  send(command: string, { status = 0, sequence, fields = {} }: { status?: number; sequence: number; fields?: Pdu['fields'] }): void {
    this.socket.write(npmSmppCodec.encode({ command, status, sequence, fields }));
  }

  answer(request: Pdu, status = 0, fields: Pdu['fields'] = {}): void {
    this.send(`${request.command}_resp`, { status, sequence: request.sequence, fields });
  }

  all(command: string): Pdu[] {
    return this.received.filter((pdu) => pdu.command === command);
  }
}

type Script = (pdu: Pdu, peer: RawPeer) => void;

/** A peer that does exactly what a test tells it, right or wrong; by default it accepts binds and says no more. */
export class RawSmsc {
  readonly peers: RawPeer[] = [];
  script: Script;
  onConnection: (peer: RawPeer) => void = () => undefined;
  readonly #server: Server;

  private constructor(script: Script) {
    this.script = script;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(script: Script = acceptBind, port = 0): Promise<RawSmsc> {
    const smsc = new RawSmsc(script);
    await new Promise<void>((resolve) => smsc.#server.listen(port, '127.0.0.1', resolve));
    return smsc;
  }

  get url(): string {
    return `smpp://esme:secret@127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    const peer = new RawPeer(socket);
    const frames = new FrameSplitter();
    this.peers.push(peer);
    this.onConnection(peer);
    socket.on('data', (chunk: Buffer) => {
      for (const frame of frames.push(chunk)) {
        const pdu = npmSmppCodec.decode(frame);
        peer.received.push(pdu);
        this.script(pdu, peer);
      }
    });
  }
}

export const acceptBind: Script = (pdu, peer) => {
  if (pdu.command === 'bind_transceiver') peer.answer(pdu, 0, { system_id: 'RAW' });
  if (pdu.command === 'unbind') peer.answer(pdu);
};
