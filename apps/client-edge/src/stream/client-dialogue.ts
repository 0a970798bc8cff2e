import { parseCursor } from '@cpm/domain-client-edge';
import { invalidRequest, parse, ProblemError, problemOf } from '@cpm/http';
import { entering } from '@cpm/runtime-ports';
import { messageId } from '@cpm/vocabulary';
import { z } from 'zod';
import type { DispositionReports } from '../disposition/disposition-reports.js';
import { reportedStatus } from '../disposition/disposition-reports.js';
import type { Cursors } from './cursors.js';
import type { DeviceConnection } from './device-connection.js';
import { encodeError, encodePong } from './frame-text.js';

/** What a device may say on its stream. A `ping` is answered once all it said before is kept. */
const clientMessage = z.strictObject({
  ack: z.string().max(32).optional(),
  disposition: z.strictObject({ id: messageId, status: reportedStatus }).optional(),
  ping: z.string().max(64).optional(),
}).refine((message) => Object.values(message).filter((part) => part !== undefined).length === 1, 'must hold one of ack, disposition, ping');
type ClientMessage = z.output<typeof clientMessage>;

export interface DialogueParts {
  readonly reports: DispositionReports;
  readonly cursors: Cursors;
  readonly now: () => number;
}

/** Reports of one connection under way, and what waits for them, before its client has to wait. */
const MAX_PENDING = 1_000;

/** What one client says on its stream, and what it is told in return. */
export class ClientDialogue {
  private pending = 0;
  private kept: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly connection: DeviceConnection,
    private readonly parts: DialogueParts,
  ) {}

  /** Follows one message. A message that makes no sense is answered with an `error` frame and changes nothing. */
  hear(data: Buffer, isBinary: boolean): void {
    let message: ClientMessage;
    try {
      if (isBinary) throw new ProblemError(400, 'malformed-json', 'messages are JSON text');
      message = parse(clientMessage, jsonOf(data));
      if (message.ack !== undefined) this.confirm(message.ack);
    } catch (error) {
      this.complain(error);
      return;
    }
    if (message.disposition) this.report(message.disposition);
    if (message.ping !== undefined) this.afterReports(() => this.connection.send(encodePong(message.ping as string, this.parts.now())));
  }

  private confirm(cursor: string): void {
    const n = parseCursor(cursor);
    if (n === undefined || n > this.connection.position) throw invalidRequest([{ path: 'ack', message: 'must be the cursor of a frame that was sent' }]);
    // A confirmed frame is not sent again, so what the device said of it must be kept first.
    this.afterReports(() => this.parts.cursors.confirm(this.connection.user, this.connection.device, n));
  }

  private report(disposition: NonNullable<ClientMessage['disposition']>): void {
    const { user, device } = this.connection;
    this.begin();
    const traced = { kind: 'SERVER', service: 'client-edge', attributes: { 'network.protocol.name': 'websocket', 'cpm.message.id': disposition.id } } as const;
    const told = entering(`stream disposition ${disposition.status}`, traced, () => this.parts.reports.report({ user, device, messageId: disposition.id, status: disposition.status }))
      .catch((error: unknown) => this.complain(error, { disposition }))
      .finally(() => this.end());
    this.kept = Promise.all([this.kept, told]);
  }

  private afterReports(act: () => void): void {
    if (this.pending === 0) {
      act();
      return;
    }
    this.begin();
    void this.kept.then(act).finally(() => this.end());
  }

  private begin(): void {
    this.pending += 1;
    if (this.pending === MAX_PENDING) this.connection.pause('reports');
  }

  private end(): void {
    this.pending -= 1;
    if (this.pending === MAX_PENDING / 2) this.connection.resume('reports');
  }

  private complain(error: unknown, about: Readonly<Record<string, unknown>> = {}): void {
    this.connection.send(encodeError(problemOf(error).toProblem(), about, this.parts.now()));
  }
}

function jsonOf(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString()) as unknown;
  } catch {
    throw new ProblemError(400, 'malformed-json', 'the message is not JSON');
  }
}
