import type { Log } from './service.js';

const INTERVAL_MS = 2000;
const BYTES_PER_MB = 1_000_000;

/** Logs what `describe` says now, then every 2 s until the work ends; `describe` answers undefined to say nothing. */
export async function withProgress<T>(log: Log, describe: () => string | undefined, work: () => Promise<T>): Promise<T> {
  const report = () => {
    const line = describe();
    if (line !== undefined) log(line);
  };
  report();
  const timer = setInterval(report, INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / BYTES_PER_MB)} MB`;
}
