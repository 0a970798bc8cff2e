export { JOURNALS } from './journeys.js';
export { RoutingModule } from './routing.module.js';
