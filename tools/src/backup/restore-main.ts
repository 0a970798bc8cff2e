import { parseArgs } from 'node:util';
import { ConfigError } from '@cpm/runtime-host';
import { restore } from './restore.js';
import { settingsOf, summaryOf } from './settings.js';

const startedAt = Date.now();
try {
  const { positionals: [folder, ...rest], values } = parseArgs({ allowPositionals: true, options: { 'discard-topics': { type: 'boolean', default: false } } });
  if (folder === undefined || rest.length > 0) throw new ConfigError('npm run restore -- <folder> [--discard-topics]');
  const { takenAt, collections } = await restore({ ...settingsOf(process.env), folder, discardsTopics: values['discard-topics'], log: console.error });
  console.log(`restored the backup of ${takenAt}: ${summaryOf(collections, startedAt)}; services may start`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
