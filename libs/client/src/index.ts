export { CpmDevice } from './cpm-device.js';
export type { Accepted, CpmDeviceOptions, DeviceDescription, OutgoingMessage, UploadedFile } from './cpm-device-options.js';
export { StreamEndedError, type StreamState, type WebSocketConstructor } from './device-stream.js';
export type { Address, DispositionRequest, EndReason, Frame, FrameData, FrameType, MessageData, Service } from './frames.js';
export type { Call, TokenSource } from './http-calls.js';
export { CpmProblem } from './problem.js';
export type { SaidDisposition } from './said-dispositions.js';
