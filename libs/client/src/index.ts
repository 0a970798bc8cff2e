export { CpmDevice } from './cpm-device.js';
export type { Accepted, CpmDeviceOptions, DeviceDescription, OutgoingMessage, UploadedFile } from './cpm-device-options.js';
export { StreamEndedError, type StreamState, type WebSocketConstructor } from './device-stream.js';
export { FileTransferCalls, type OutgoingFile } from './file-transfer-calls.js';
export type {
  Address, DeviceFailure, DispositionRequest, EndReason, FileOffer, Frame, FrameData, FrameType, MessageData, Service, SessionInvitation, SessionKind,
} from './frames.js';
export type { Call, TokenSource } from './http-calls.js';
export { CpmProblem } from './problem.js';
export type { SaidDisposition } from './said-dispositions.js';
export { SessionCalls, type OutgoingChatMessage, type OutgoingSession, type SessionView } from './session-calls.js';
