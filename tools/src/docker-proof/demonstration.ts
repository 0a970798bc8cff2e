import { fileURLToPath } from 'node:url';
import { run } from './docker.js';

/** Where a system is reached, and where its SMSC simulator tells what it got. */
export interface Reached {
  readonly url: string;
  readonly smscViewUrl: string;
}

const DEMO = fileURLToPath(new URL('../demo/main.js', import.meta.url));
/** With the checks of every scenario, so that one that fails is seen. */
const LINES = 400;

/** Plays the demo against a system. @throws with what it printed when a check fails */
export async function demonstrate({ url, smscViewUrl }: Reached, log: (line: string) => void): Promise<void> {
  const output = await run(process.execPath, [DEMO], { env: { CPM_URL: url, CPM_SMSC_VIEW_URL: smscViewUrl }, keptLines: LINES });
  for (const line of output.trimEnd().split('\n').filter((one) => one.trim() !== '').slice(-2)) log(`demo: ${line.trim()}`);
}
