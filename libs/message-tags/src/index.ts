export { correlationTag, UCN_REF, ucnRef } from './message-tags.js';
