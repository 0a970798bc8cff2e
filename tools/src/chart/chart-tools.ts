import { createHash } from 'node:crypto';
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, runTool } from '@cpm/testing-containers';

const HELM = '3.22.0';
const KUBERNETES_VALIDATE = '1.37.0';
const POD_SECURITY = fileURLToPath(new URL('../../src/chart/pod-security/', import.meta.url));
const NEEDS_GO = 'It is looked for in PATH and in /usr/local/go/bin. On Debian: apt-get install golang-go (1.26 or later)';

/** Path of helm from the cache, or built once from its Go module, whose content Go's checksum database vouches for. @throws when Go is missing */
export async function helm(): Promise<string> {
  const folder = await cached(`helm-${HELM}`, (partial) => goBuild(partial, ['install', '-modcacherw', `helm.sh/helm/v3/cmd/helm@v${HELM}`]));
  return join(folder, 'helm');
}

/** Path of the program in `pod-security`, which asks Kubernetes' own admission library about pods; built once for each state of its sources. @throws when Go is missing */
export async function podSecurity(): Promise<string> {
  const sources = await Promise.all(['main.go', 'go.mod', 'go.sum'].map((name) => readFile(join(POD_SECURITY, name))));
  const version = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 12);
  const folder = await cached(`pod-security-${version}`, async (partial) => {
    const copy = join(partial, 'sources');
    await cp(POD_SECURITY, copy, { recursive: true });
    await goBuild(partial, ['build', '-modcacherw', '-o', partial, '.'], copy);
    await rm(copy, { recursive: true });
  });
  return join(folder, 'pod-security');
}

/** Folder of the PyPI package kubernetes-validate and what it needs. @throws when Python with pip is missing */
export function kubernetesValidate(): Promise<string> {
  return cached(`kubernetes-validate-${KUBERNETES_VALIDATE}`, async (folder) => {
    const args = ['-m', 'pip', 'install', '--quiet', '--target', folder, `kubernetes-validate==${KUBERNETES_VALIDATE}`];
    await runTool({ command: 'python3', args, ifMissing: 'On Debian: apt-get install python3-pip' });
  });
}

/** The version of Kubernetes that manifests are rendered for and compared with. */
export const KUBERNETES = KUBERNETES_VALIDATE;

async function goBuild(folder: string, args: readonly string[], cwd?: string): Promise<void> {
  const modules = join(folder, 'modules');
  const env = { GOBIN: folder, GOPATH: modules, GOFLAGS: '', PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` };
  await runTool({ command: 'go', args, env, ifMissing: NEEDS_GO, ...(cwd !== undefined && { cwd }) });
  await rm(modules, { recursive: true });
}
