import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Of the node, on an interface of its own: what pods reach DNS and the API server under. */
export const NODE_ADDRESS = '10.245.0.1';
export const NODE_LINK = 'cpm-node';
export const POD_BRIDGE = 'cpm-pods';
export const POD_NETWORK = '10.244.0.0/24';
export const SERVICE_NETWORK = '10.96.0.0/16';
export const PAUSE_IMAGE = 'cpm.local/pause:1';
const API_SERVER = `https://${NODE_ADDRESS}:6443`;
/** A cluster that lives as long as this process needs no secret one. */
const TOKEN = 'proof';

export interface NodeFiles {
  readonly kubeconfig: string;
  readonly tokens: string;
  readonly kubelet: string;
  readonly containerd: string;
  readonly containerdSocket: string;
  readonly corefile: string;
  readonly podLogs: string;
}

/** Writes what the programs of a node of its own read into `folder`. */
export async function writeNodeFiles(folder: string): Promise<NodeFiles> {
  const at = (name: string) => join(folder, name);
  const files: NodeFiles = {
    kubeconfig: at('kubeconfig'), tokens: at('tokens.csv'), kubelet: at('kubelet.yaml'), containerd: at('containerd.toml'), containerdSocket: at('containerd.sock'), corefile: at('Corefile'), podLogs: at('pod-logs'),
  };
  await mkdir(at('cni'), { recursive: true });
  await Promise.all([
    writeFile(files.kubeconfig, stringify(kubeconfig())),
    writeFile(files.tokens, `${TOKEN},admin,admin,"system:masters"\n`),
    writeFile(files.kubelet, stringify(kubelet(files))),
    writeFile(files.containerd, containerd(folder, files.containerdSocket)),
    writeFile(files.corefile, corefile(files.kubeconfig)),
    writeFile(at('cni/10-pods.conflist'), JSON.stringify(podNetwork(folder))),
  ]);
  return files;
}

function kubeconfig(): object {
  return {
    apiVersion: 'v1', kind: 'Config', 'current-context': 'proof',
    clusters: [{ name: 'proof', cluster: { server: API_SERVER, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token: TOKEN } }],
    contexts: [{ name: 'proof', context: { cluster: 'proof', user: 'admin' } }],
  };
}

function kubelet({ containerdSocket, podLogs }: NodeFiles): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } }, authorization: { mode: 'AlwaysAllow' },
    // Whatever this machine has: the proof is about the chart, not about the node.
    failSwapOn: false, failCgroupV1: false, cgroupDriver: 'cgroupfs', enforceNodeAllocatable: [], evictionHard: { 'memory.available': '100Mi' }, imageGCHighThresholdPercent: 100,
    clusterDNS: [NODE_ADDRESS], clusterDomain: 'cluster.local', containerRuntimeEndpoint: `unix://${containerdSocket}`, podLogsDir: podLogs,
  };
}

function containerd(folder: string, socket: string): string {
  return `version = 2
root = "${join(folder, 'containerd')}"
state = "${join(folder, 'containerd-state')}"
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Not everywhere may root make a process safer from being killed than itself.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${join(folder, 'cni')}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`;
}

function podNetwork(folder: string): object {
  return {
    cniVersion: '1.0.0', name: 'pods',
    plugins: [
      {
        type: 'bridge', bridge: POD_BRIDGE, isGateway: true, ipMasq: true, hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: POD_NETWORK }]], routes: [{ dst: '0.0.0.0/0' }], dataDir: join(folder, 'addresses') },
      },
      // Docker forbids to forward what nobody allowed.
      { type: 'firewall', backend: 'iptables' },
    ],
  };
}

function corefile(kubeconfigPath: string): string {
  return `.:53 {
  bind ${NODE_ADDRESS}
  errors
  cache 5
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfigPath} proof
  }
}
`;
}
