import { BASE_IMAGE, NODE_IMAGE } from './base-images.js';
import type { Daemon } from './daemon.js';
import { run } from './docker.js';

const SIZE_LIMIT_MB = 250;

export interface ProductImage {
  readonly daemon: Daemon;
  /** The checkout. */
  readonly root: string;
  readonly tag: string;
  readonly log: (line: string) => void;
  /** Whether to build it a second time without a cache and compare the layers. */
  readonly isTwice?: boolean;
}

/** Builds the image of all processes. @throws when it does not build, is too large, or is another one the second time */
export async function buildProductImage({ daemon, root, tag, log, isTwice = false }: ProductImage): Promise<void> {
  const revision = await run('git', ['rev-parse', 'HEAD'], { cwd: root }).catch(() => 'unknown');
  const args = ['--build-arg', `NODE_IMAGE=${NODE_IMAGE}`, '--build-arg', `BASE_IMAGE=${BASE_IMAGE}`, '--build-arg', `REVISION=${revision}`];
  const build = async (...more: string[]) => {
    await daemon.docker(['build', '--network', 'host', '--progress', 'plain', '--file', 'deploy/Dockerfile', '--tag', tag, ...args, ...more, '.'], {
      cwd: root, onLine: (line) => { if (/^#\d+ \[/.test(line)) log(`  ${line}`); },
    });
    return daemon.docker(['inspect', '--format', '{{.Size}} {{json .RootFS.Layers}}', tag]);
  };
  const [size = '', layers] = (await build()).split(' ');
  const megabytes = Number(size) / 1_000_000;
  log(`image: ${megabytes.toFixed(0)} MB`);
  if (megabytes >= SIZE_LIMIT_MB) throw new Error(`the image has ${megabytes.toFixed(0)} MB, at least the ${SIZE_LIMIT_MB} that are the limit`);
  if (!isTwice) return;
  const [, again] = (await build('--no-cache')).split(' ');
  if (layers !== again) throw new Error(`a second build has other layers: ${again} instead of ${layers}`);
  log('image: a second build without a cache has the same layers');
}
