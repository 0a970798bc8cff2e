import type { Accepted } from '../cpm-device-options.js';
import type { Address, DeviceFailure, DispositionRequest } from '../stream/frames.js';
import type { HttpCalls } from './http-calls.js';

export interface OutgoingFile {
  /** Chosen at random when absent; the same id offers nothing twice. */
  readonly id?: string;
  readonly to: readonly Address[];
  /** Of an uploaded file. */
  readonly fileId: string;
  readonly dispositionNotification?: readonly DispositionRequest[];
  /** RFC 3339. */
  readonly expiresAt?: string;
}

/** Offering files and answering offers. Every call throws CpmProblem. */
export class FileTransferCalls {
  constructor(private readonly calls: HttpCalls) {}

  offer({ id = crypto.randomUUID(), ...file }: OutgoingFile): Promise<Accepted> {
    return this.calls.json({ method: 'POST', path: '/cpm/v1/file-transfers', body: { id, ...file } });
  }

  /** Where to fetch it, as `download` takes it. Repeated by the same device it goes on after a break. */
  async accept(id: string): Promise<string> {
    return (await this.calls.json<{ fileUrl: string }>({ method: 'POST', path: pathOf(id, 'accept') })).fileUrl;
  }

  /** The user's no, for all his devices; with a `failure` the device's own, for itself. */
  async reject(id: string, failure?: DeviceFailure): Promise<void> {
    await this.calls.json({ method: 'POST', path: pathOf(id, 'reject'), ...(failure !== undefined && { body: { failure } }) });
  }

  /** By the sender: what became of it comes as `file-transfer.ended`, one for each recipient. */
  async cancel(id: string): Promise<void> {
    await this.calls.json({ method: 'POST', path: pathOf(id, 'cancel') });
  }
}

function pathOf(id: string, act: string): string {
  return `/cpm/v1/file-transfers/${encodeURIComponent(id)}/${act}`;
}
