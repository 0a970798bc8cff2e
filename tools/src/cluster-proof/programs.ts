import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { goModule } from '@cpm/testing-containers';
import { run, type Docker } from '../docker-proof/docker.js';
import { CHECKOUT } from '../start/services.js';
import { PAUSE_IMAGE } from './single-node-files.js';

/** The latest that still runs on nodes with cgroups of version 1. */
export const KUBERNETES = 'v1.34.4';
const [MAJOR, MINOR] = KUBERNETES.slice(1).split('.');
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'];
/** Kubernetes asks its programs which version they are; its own builds say so in the same way. */
const VERSIONED = ['gitVersion', 'gitMajor', 'gitMinor'].map((name, index) => `-X k8s.io/component-base/version.${name}=${[KUBERNETES, MAJOR, MINOR][index]}`).join(' ');
const TOLD_EVERY = 100;
/** What holds the namespaces of a pod. */
const PAUSE = '#include <signal.h>\n#include <stdlib.h>\n#include <unistd.h>\nstatic void end(int s) { (void)s; exit(0); }\nint main(void) { signal(SIGTERM, end); signal(SIGINT, end); for (;;) pause(); }\n';


type Log = (line: string) => void;

/** Folder of the programs of Kubernetes, from the cache or built once from its Go modules, which takes a quarter of an hour on two cores. @throws when Go is missing */
export async function kubernetes(log: Log): Promise<string> {
  return built('kubernetes', PROGRAMS.map((program) => `k8s.io/kubernetes/cmd/${program}`), log);
}

/** Path of CoreDNS, likewise. @throws when Go is missing */
export async function coredns(log: Log): Promise<string> {
  return join(await built('coredns', ['.'], log), 'coredns');
}

/** The image that holds the namespaces of a pod, made in `folder`; its name. @throws when no C compiler is there */
export async function pauseImage(docker: Docker, folder: string): Promise<string> {
  await writeFile(join(folder, 'pause.c'), PAUSE);
  await run('gcc', ['-static', '-O2', '-o', 'pause', 'pause.c'], { cwd: folder });
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY pause /pause\nUSER 65535:65535\nENTRYPOINT ["/pause"]\n');
  await docker.docker(['build', '--quiet', '--tag', PAUSE_IMAGE, folder]);
  return PAUSE_IMAGE;
}

/** Path of kube-router, likewise. @throws when Go is missing */
export async function kubeRouter(log: Log): Promise<string> {
  return join(await built('kube-router', ['github.com/cloudnativelabs/kube-router/v2/cmd/kube-router'], log), 'kube-router');
}

async function built(module: string, packages: readonly string[], log: Log): Promise<string> {
  let count = 0;
  const onLine = () => {
    count += 1;
    if (count % TOLD_EVERY === 0) log(`${module}: building, ${count} packages`);
  };
  return goModule({ sources: join(CHECKOUT, 'tools', 'src', 'cluster-proof', module), packages, ldflags: `-s -w ${VERSIONED}`, onLine });
}
