import { cp, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cached, kafkaBinaries, mongodBinary } from '@cpm/testing-containers';
import type { Daemon } from './daemon.js';
import { run } from './docker.js';

/** Official images by the names that the Dockerfile, compose.yaml and the local stack have for them. */
export const NODE_IMAGE = 'node:24-bookworm-slim';
export const BASE_IMAGE = 'gcr.io/distroless/cc-debian12:nonroot';
const KAFKA_IMAGE = 'apache/kafka:4.1.0';
const MONGO_IMAGE = 'mongo:7.0';

/** Those that run as they are. */
export const NAMED_IMAGES: readonly string[] = [KAFKA_IMAGE, MONGO_IMAGE];

const PULL_LIMIT_MS = 300_000;
const MIRROR = 'http://deb.debian.org/debian';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
/** What distroless's image for compiled programs holds beside its users. */
const BASE_PACKAGES = ['base-files', 'netbase', 'tzdata', 'libc6', 'gcc-12-base', 'libgcc-s1', 'libstdc++6', 'libssl3'];
const JAVA_MODULES = 'java.se,jdk.management,jdk.unsupported';

export interface Bases {
  readonly daemon: Daemon;
  readonly root: string;
  readonly log: (line: string) => void;
}

type Make = (folder: string, bases: Bases) => Promise<void>;
const MAKERS: Readonly<Record<string, Make>> = { [NODE_IMAGE]: nodeImage, [BASE_IMAGE]: baseImage, [KAFKA_IMAGE]: kafkaImage, [MONGO_IMAGE]: mongoImage };

/** Every base by its official name: as it is there, else pulled, else made here of Debian's packages and of what the tests run. @throws when none of it works */
export async function haveBases(bases: Bases): Promise<void> {
  const { daemon, log } = bases;
  for (const [image, make] of Object.entries(MAKERS)) {
    if (await succeeds(daemon.docker(['image', 'inspect', image]))) {
      log(`${image}: is there`);
      continue;
    }
    if (await succeeds(daemon.docker(['pull', '--quiet', image], { limitMs: PULL_LIMIT_MS }))) {
      log(`${image}: pulled`);
      continue;
    }
    // In a daemon that others use, something else under an official name would mislead them.
    if (!daemon.isOwn) throw new Error(`${image}: cannot be pulled, and a stand-in is made in a daemon of its own only: stop the one that runs, or load the image into it`);
    log(`${image}: cannot be pulled, making a stand-in`);
    const folder = await mkdtemp(join(tmpdir(), 'cpm-base-'));
    try {
      await make(folder, bases);
      await daemon.docker(['build', '--quiet', '--tag', image, folder]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(() => true, () => false);
}

/** Debian's smallest system with what mongod needs, made once. */
async function debian(log: Bases['log']): Promise<string> {
  const folder = await cached('debian-bookworm-base', async (partial) => {
    const system = join(partial, 'system');
    let last = 0;
    await run('debootstrap', ['--variant=minbase', '--include=libcurl4,libstdc++6', 'bookworm', system, MIRROR], {
      onLine: (line) => {
        if (Date.now() - last < 2_000) return;
        last = Date.now();
        log(`  debootstrap ${line}`);
      },
    });
    await run('sh', ['-c', 'rm -rf var/cache/apt/* var/lib/apt/lists/* usr/share/doc usr/share/man usr/share/locale'], { cwd: system });
    await run('tar', ['--create', '--file', join(partial, 'system.tar'), '--directory', system, '.']);
    await rm(system, { recursive: true });
  });
  return join(folder, 'system.tar');
}

async function nodeImage(folder: string, { root, log }: Bases): Promise<void> {
  const npm = dirname(dirname(await run('sh', ['-c', 'readlink -f "$(command -v npm)"'])));
  await copyFile(await debian(log), join(folder, 'system.tar'));
  await copyFile(join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node'), join(folder, 'node'));
  await cp(npm, join(folder, 'npm'), { recursive: true, dereference: true });
  // This machine may reach the registry through somebody whose certificate only it knows.
  await copyFile(CERTIFICATES, join(folder, 'ca-certificates.crt'));
  await dockerfile(folder, [
    'FROM scratch', 'ADD system.tar /', 'COPY node /usr/local/bin/node', 'COPY npm /usr/local/lib/node_modules/npm', `COPY ca-certificates.crt ${CERTIFICATES}`,
    `ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}`, 'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm', 'CMD ["node"]',
  ]);
}

async function baseImage(folder: string): Promise<void> {
  const system = join(folder, 'system');
  await mkdir(system);
  await run('apt-get', ['download', '-o', 'APT::Sandbox::User=root', ...BASE_PACKAGES], { cwd: folder });
  await run('sh', ['-c', 'for package in *.deb; do dpkg-deb --extract "$package" system; done; rm -rf *.deb system/usr/share/doc system/usr/share/man system/usr/share/lintian'], { cwd: folder });
  await mkdir(join(system, 'etc', 'ssl', 'certs'), { recursive: true });
  await copyFile(CERTIFICATES, join(system, 'etc', 'ssl', 'certs', 'ca-certificates.crt'));
  await writeFile(join(system, 'etc', 'passwd'), 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n');
  await writeFile(join(system, 'etc', 'group'), 'root:x:0:\nnonroot:x:65532:\n');
  await run('tar', ['--create', '--file', 'system.tar', '--directory', 'system', '.'], { cwd: folder });
  await rm(system, { recursive: true });
  await dockerfile(folder, ['FROM scratch', 'ADD system.tar /', 'USER 65532:65532']);
}

async function kafkaImage(folder: string, { root, log }: Bases): Promise<void> {
  const { classPath } = await kafkaBinaries(log);
  await copyFile(await debian(log), join(folder, 'system.tar'));
  await run('jlink', ['--add-modules', JAVA_MODULES, '--strip-debug', '--no-header-files', '--no-man-pages', '--output', join(folder, 'java')]);
  await cp(dirname(classPath), join(folder, 'libs'), { recursive: true });
  await copyFile(join(root, 'deploy', 'proof', 'kafka-run.sh'), join(folder, 'run'));
  await dockerfile(folder, [
    'FROM scratch', 'ADD system.tar /', 'COPY java /opt/java', 'COPY libs /opt/kafka/libs', 'COPY --chmod=755 run /etc/kafka/docker/run',
    'RUN useradd --uid 1000 appuser && mkdir -p /var/lib/kafka/data /opt/kafka/config /opt/kafka/logs && chown -R appuser /var/lib/kafka /opt/kafka/config /opt/kafka/logs',
    'ENV PATH=/opt/java/bin:/usr/bin:/bin', 'USER appuser', 'EXPOSE 9092', 'VOLUME ["/var/lib/kafka/data"]', 'CMD ["/etc/kafka/docker/run"]',
  ]);
}

async function mongoImage(folder: string, { log }: Bases): Promise<void> {
  await copyFile(await debian(log), join(folder, 'system.tar'));
  await copyFile(await mongodBinary(log), join(folder, 'mongod'));
  await dockerfile(folder, [
    'FROM scratch', 'ADD system.tar /', 'COPY --chmod=755 mongod /usr/bin/mongod',
    'RUN useradd --uid 999 mongodb && mkdir -p /data/db /data/configdb && chown -R 999:999 /data', 'USER 999:999', 'EXPOSE 27017', 'VOLUME ["/data/db", "/data/configdb"]', 'CMD ["mongod", "--bind_ip_all"]',
  ]);
}

async function dockerfile(folder: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
}

/** The development key's public half, which compose.yaml mounts. @throws when it is missing */
export async function keysIn(root: string): Promise<string> {
  const path = join(root, '.cpm', 'jwks.json');
  if (!existsSync(path)) throw new Error(`${path}: is missing`);
  await readFile(path);
  return path;
}
