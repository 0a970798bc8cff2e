const PROGRESS_MS = 2_000;

/** Does something that consists of `total` items, with a line every two seconds; in how many seconds. @throws when not all were done */
export async function withProgress(what: string, total: number, work: (add: (count: number) => void) => Promise<void>): Promise<number> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let done = 0;
  const timer = setInterval(() => console.log(`  ${what}: ${done} of ${total}, ${(done / seconds()).toFixed(0)}/s`), PROGRESS_MS);
  try {
    await work((count) => {
      done += count;
    });
  } finally {
    clearInterval(timer);
  }
  if (done !== total) throw new Error(`${what}: ${done} of ${total} were done`);
  return seconds();
}
