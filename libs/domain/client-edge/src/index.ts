export * from './client-edge.service.js';
export * from './downlink/cursor.js';
export * from './downlink/downlink.js';
export * from './downlink/frame-row.js';
export * from './downlink/restored-downlink.js';
export * from './link/link.js';
export * from './uplink/session-start.js';
export * from './uplink/submission.js';
