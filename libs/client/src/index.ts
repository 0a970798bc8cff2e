export { Box, type BoxChanged, type BoxOptions } from './box/box.js';
export type { BoxObject, BoxObjectState, Conversation, ObjectQuery } from './box/box-object.js';
export { FileTransferCalls, type OutgoingFile } from './calls/file-transfer-calls.js';
export type { Call, TokenSource } from './calls/http-calls.js';
export { CpmProblem } from './calls/problem.js';
export { SessionCalls, type OutgoingChatMessage, type OutgoingSession, type SessionView } from './calls/session-calls.js';
export { CpmDevice } from './cpm-device.js';
export type { Accepted, CpmDeviceOptions, DeviceDescription, OutgoingMessage, UploadedFile } from './cpm-device-options.js';
export { InMemoryStore } from './store/in-memory-store.js';
export type { Batch, Change, ContentPiece, LocalState, LocalStore } from './store/local-store.js';
export type { DraftContent, PayloadPart, PendingOperation, ReceivedSms, StoredFolder, StoredObject, SyncPosition, Ucn, UnsentMessage } from './store/stored.js';
export { StreamEndedError, type StreamState, type WebSocketConstructor } from './stream/device-stream.js';
export type {
  Address, DeviceFailure, DispositionRequest, EndReason, FileOffer, Frame, FrameData, FrameType, MessageData, Service, SessionInvitation, SessionKind,
} from './stream/frames.js';
export type { SaidDisposition } from './stream/said-dispositions.js';
export type { SyncProgress } from './sync/box-sync.js';
export type { BoxFolder } from './sync/local-view.js';
export { ContentMismatchError } from './ucn/content-fetch.js';
export type { IncomingSms, SmsKind } from './ucn/incoming-sms.js';
