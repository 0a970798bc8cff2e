import { join } from 'node:path';
import { cached, goBuild, goModule, runTool, versionOf } from '@cpm/testing-containers';
import { CHECKOUT } from '../start/services.js';

const HELM = '3.22.0';
/** The version of Kubernetes that manifests are rendered for and compared with: that of kubernetes-validate in requirements.txt. */
export const KUBERNETES = '1.37.0';
const inSources = (name: string) => join(CHECKOUT, 'tools', 'src', 'chart', name);
const REQUIREMENTS = inSources('requirements.txt');

/** Path of helm from the cache, or built once from its Go module. @throws when Go is missing */
export async function helm(): Promise<string> {
  const folder = await cached(`helm-${HELM}`, (partial) => goBuild({ folder: partial, args: ['install', `helm.sh/helm/v3/cmd/helm@v${HELM}`] }));
  return join(folder, 'helm');
}

/** Path of the program in `pod-security`, which asks Kubernetes' own admission library about pods. @throws when Go is missing */
export async function podSecurity(): Promise<string> {
  return join(await goModule({ sources: inSources('pod-security') }), 'pod-security');
}

/** Folder of the PyPI package kubernetes-validate and what it needs. @throws when Python with pip is missing */
export async function kubernetesValidate(): Promise<string> {
  return cached(`kubernetes-validate-${await versionOf([REQUIREMENTS])}`, async (folder) => {
    const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, '--requirement', REQUIREMENTS];
    await runTool({ command: 'python3', args, ifMissing: 'On Debian: apt-get install python3-pip' });
  });
}
