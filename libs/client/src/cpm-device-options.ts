import type { WebSocketConstructor } from './stream/device-stream.js';
import type { Address, DispositionRequest, Service } from './stream/frames.js';
import type { TokenSource } from './calls/http-calls.js';

export interface CpmDeviceOptions {
  /** Base URL of the service, `https://host`. */
  readonly url: string;
  /** A bearer token of scope `device`, or where to get a fresh one. */
  readonly token: TokenSource;
  readonly deviceId: string;
  /** Report every received message as delivered; on unless false. */
  readonly autoDeliver?: boolean;
  /** Confirm frames to the server this long after they came, the last one for all; 0 for each. Milliseconds. */
  readonly ackDelayMs?: number;
  /** How often the connection is checked. Milliseconds. */
  readonly pingEveryMs?: number;
  /** How long calls are repeated while the server does not answer. Milliseconds. */
  readonly retryForMs?: number;
  /** How many messages are remembered to recognise repetitions. */
  readonly remembered?: number;
  readonly fetch?: typeof globalThis.fetch;
  readonly WebSocket?: WebSocketConstructor;
}

export interface OutgoingMessage {
  /** Chosen at random when absent; the same id is never delivered twice. */
  readonly id?: string;
  readonly to: readonly Address[];
  readonly body?: string;
  readonly fileId?: string;
  /** `text/plain` when absent. */
  readonly contentType?: string;
  readonly conversationId?: string;
  readonly contributionId?: string;
  readonly inReplyTo?: string;
  readonly dispositionNotification?: readonly DispositionRequest[];
  /** RFC 3339. */
  readonly expiresAt?: string;
}

export interface Accepted {
  readonly id: string;
  readonly conversationId: string;
  readonly contributionId: string;
}

export interface DeviceDescription {
  readonly name: string;
  readonly capabilities?: { readonly services?: readonly Service[]; readonly contentTypes?: readonly string[]; readonly maxBytes?: number };
  readonly autoAnswer?: { readonly session?: boolean; readonly fileTransfer?: boolean };
}

export interface UploadedFile {
  readonly id: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
}
