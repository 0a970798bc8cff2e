/** Timers and clock as the session needs them, so that a test can turn the clock. */
export interface SmppTimers {
  set(callback: () => void, delayMs: number): unknown;
  clear(timer: unknown): void;
  /** Ms on a clock that never jumps. */
  now(): number;
}

export const systemTimers: SmppTimers = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  now: () => performance.now(),
};
