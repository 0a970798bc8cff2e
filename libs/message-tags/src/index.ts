export { correlationTag, tokenHash, UCN_REF, ucnRef } from './message-tags.js';
