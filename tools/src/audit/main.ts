import { spawnSync } from 'node:child_process';
import { auditOutcome } from './advisories.js';

/** Ends with 1 when something is known to be vulnerable, and with 2 when nothing could be asked: a caller must not take that for clean. */
const EXIT = { clean: 0, vulnerable: 1, 'not done': 2 } as const;
const LIMIT_MS = 120_000;

const { stdout } = spawnSync('npm', ['audit', '--json', '--package-lock-only', '--omit=dev'], { encoding: 'utf8', timeout: LIMIT_MS, maxBuffer: 64 * 2 ** 20 });
const outcome = auditOutcome(stdout ?? '');
console.log(`audit: ${outcome.is === 'not done' ? 'NOT DONE, nothing is known of advisories' : outcome.is} (${outcome.text})`);
process.exitCode = EXIT[outcome.is];
