import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, goBuild, runTool, versionOf } from '@cpm/testing-containers';

const HELM = '3.22.0';
/** The version of Kubernetes that manifests are rendered for and compared with: that of kubernetes-validate in requirements.txt. */
export const KUBERNETES = '1.37.0';
const inSources = (name: string) => fileURLToPath(new URL(`../../src/chart/${name}`, import.meta.url));
const POD_SECURITY = inSources('pod-security');
const REQUIREMENTS = inSources('requirements.txt');

/** Path of helm from the cache, or built once from its Go module. @throws when Go is missing */
export async function helm(): Promise<string> {
  const folder = await cached(`helm-${HELM}`, (partial) => goBuild({ folder: partial, args: ['install', `helm.sh/helm/v3/cmd/helm@v${HELM}`] }));
  return join(folder, 'helm');
}

/** Path of the program in `pod-security`, which asks Kubernetes' own admission library about pods; built once for each state of its sources. @throws when Go is missing */
export async function podSecurity(): Promise<string> {
  const sources = ['main.go', 'go.mod', 'go.sum'].map((name) => join(POD_SECURITY, name));
  const folder = await cached(`pod-security-${await versionOf(sources)}`, async (partial) => {
    const copy = join(partial, 'sources');
    await cp(POD_SECURITY, copy, { recursive: true });
    await goBuild({ folder: partial, args: ['build', '-o', partial, '.'], cwd: copy });
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
