import { createHistogram } from 'node:perf_hooks';
import { percentiles, record } from '../histogram.js';
import type { Percentiles } from '../load-protocol.js';

export interface LoopFigures {
  readonly messages: number;
  readonly perSecond: number;
  /** Milliseconds from the submission to its answer. */
  readonly answer: Percentiles;
  /** Of this process, per message. */
  readonly cpuMs: number;
}

/** Keeps `window` submissions under way until `messages` are answered. */
export async function closedLoop(messages: number, window: number, submit: (number: number) => Promise<unknown>): Promise<LoopFigures> {
  const histogram = createHistogram();
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < messages) {
      const at = performance.now();
      next += 1;
      await submit(next);
      record(histogram, performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: window }, lane));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { messages, perSecond: messages / seconds, answer: percentiles(histogram), cpuMs: (user + system) / 1000 / messages };
}
