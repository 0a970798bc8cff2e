import { parseArgs } from 'node:util';
import { ConfigError } from '@cpm/runtime-host';
import { z } from 'zod';
import { backUp } from './backup.js';
import { settingsOf, summaryOf } from './settings.js';

const USAGE = 'npm run backup -- <empty folder> [--wait <seconds>]';
const startedAt = Date.now();
try {
  const { positionals: [folder, ...rest], values } = parseArgs({ allowPositionals: true, options: { wait: { type: 'string', default: '60' } } });
  const wait = z.coerce.number().positive().safeParse(values.wait);
  if (folder === undefined || rest.length > 0) throw new ConfigError(USAGE);
  if (!wait.success) throw new ConfigError(`--wait: must be a number of seconds; ${USAGE}`);
  const { takenAt, collections } = await backUp({ ...settingsOf(process.env), folder, waitMs: wait.data * 1_000, log: console.error });
  console.log(`backup of ${takenAt}: ${summaryOf(collections, startedAt)}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
