export { ClientEdgeModule } from './client-edge.module.js';
export { edgeConfig, type EdgeConfig } from './edge-config.js';
export { CLOSE } from './stream/device-connection.js';
