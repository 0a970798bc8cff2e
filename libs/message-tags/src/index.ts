export { correlationTag, isSummaryRef, tokenHash, UCN_REF, ucnRef, ucnSummaryRef } from './message-tags.js';
