export { CpmDevice } from './cpm-device.js';
export type { Accepted, CpmDeviceOptions, DeviceDescription, OutgoingMessage, UploadedFile } from './cpm-device-options.js';
export { StreamEndedError, type StreamState, type WebSocketConstructor } from './stream/device-stream.js';
export { FileTransferCalls, type OutgoingFile } from './calls/file-transfer-calls.js';
export type {
  Address, DeviceFailure, DispositionRequest, EndReason, FileOffer, Frame, FrameData, FrameType, MessageData, Service, SessionInvitation, SessionKind,
} from './stream/frames.js';
export type { Call, TokenSource } from './calls/http-calls.js';
export { CpmProblem } from './calls/problem.js';
export type { SaidDisposition } from './stream/said-dispositions.js';
export { SessionCalls, type OutgoingChatMessage, type OutgoingSession, type SessionView } from './calls/session-calls.js';
