import { createRequire } from 'node:module';

/** The part of kafkajs's request queue that decides when to look for requests that had to wait. */
export interface RequestQueue {
  pending: unknown[];
  /** Until when the broker throttles this client, epoch ms; in the past or -1 when it does not. */
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

const FALLBACK_CHECK_MS = 10;

/** Waits only while a request is pending: until the throttle ends, or shortly when just too many are in flight. */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId) return;
  const throttleMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  }, throttleMs > 0 ? throttleMs : FALLBACK_CHECK_MS);
}

/** kafkajs 2.2.4 re-arms a 1 ms timer on every idle connection for ever; this replaces it, once per process. */
export function removeIdleTimer(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
}
