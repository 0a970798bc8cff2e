import { createHash } from 'node:crypto';
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, runTool } from '@cpm/testing-containers';

const HELM = '3.22.0';
/** The version of Kubernetes that manifests are rendered for and compared with: that of kubernetes-validate in requirements.txt. */
export const KUBERNETES = '1.37.0';
const inSources = (name: string) => fileURLToPath(new URL(`../../src/chart/${name}`, import.meta.url));
const POD_SECURITY = inSources('pod-security');
const REQUIREMENTS = inSources('requirements.txt');
const NEEDS_GO = 'It is looked for in PATH and in /usr/local/go/bin. On Debian: apt-get install golang-go (1.26 or later)';

/** Path of helm from the cache, or built once from its Go module, whose content Go's checksum database vouches for. @throws when Go is missing */
export async function helm(): Promise<string> {
  const folder = await cached(`helm-${HELM}`, (partial) => goBuild(partial, ['install', '-modcacherw', `helm.sh/helm/v3/cmd/helm@v${HELM}`]));
  return join(folder, 'helm');
}

/** Path of the program in `pod-security`, which asks Kubernetes' own admission library about pods; built once for each state of its sources. @throws when Go is missing */
export async function podSecurity(): Promise<string> {
  const sources = ['main.go', 'go.mod', 'go.sum'].map((name) => join(POD_SECURITY, name));
  const folder = await cached(`pod-security-${await versionOf(sources)}`, async (partial) => {
    const copy = join(partial, 'sources');
    await cp(POD_SECURITY, copy, { recursive: true });
    await goBuild(partial, ['build', '-modcacherw', '-o', partial, '.'], copy);
    await rm(copy, { recursive: true });
  });
  return join(folder, 'pod-security');
}

/** Folder of the PyPI package kubernetes-validate and what it needs. @throws when Python with pip is missing */
export async function kubernetesValidate(): Promise<string> {
  return cached(`kubernetes-validate-${await versionOf([REQUIREMENTS])}`, async (folder) => {
    const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, '--requirement', REQUIREMENTS];
    await runTool({ command: 'python3', args, ifMissing: 'On Debian: apt-get install python3-pip' });
  });
}

/** What stands for the content of files in the name of what is made from them. */
async function versionOf(paths: readonly string[]): Promise<string> {
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  return createHash('sha256').update(Buffer.concat(contents)).digest('hex').slice(0, 12);
}

async function goBuild(folder: string, args: readonly string[], cwd?: string): Promise<void> {
  const modules = join(folder, 'modules');
  const env = { GOBIN: folder, GOPATH: modules, GOFLAGS: '', PATH: `${process.env['PATH'] ?? ''}:/usr/local/go/bin` };
  await runTool({ command: 'go', args, env, ifMissing: NEEDS_GO, ...(cwd !== undefined && { cwd }) });
  await rm(modules, { recursive: true });
}
