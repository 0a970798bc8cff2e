// Installs what the apps need, at the versions of package-lock.json, and nothing of tests and tools.
import { execFileSync } from 'node:child_process';
import { workspaces } from './product.mjs';

const chosen = [...workspaces('.').values()].map((folder) => `--workspace=${folder}`);
execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', '--include-workspace-root', '--loglevel=error', ...chosen], { stdio: 'inherit' });
