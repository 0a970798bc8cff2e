import type { ClusterNode, LocalProcess, Service } from './service.js';
import type { Proxy } from './toxiproxy.js';

/** A process with its proxy, whose port refuses connections while the process is away, as the process's own port does. */
export function nodeBehind(proxy: Proxy, process: LocalProcess): ClusterNode {
  return {
    source: process.source,
    name: proxy.name,
    proxy,
    get pid() { return process.pid; },
    kill: async () => {
      await proxy.cut();
      await process.kill();
    },
    restart: async () => {
      await proxy.join();
      await process.restart();
    },
    pause: () => process.pause(),
    resume: () => process.resume(),
    stop: () => process.stop(),
  };
}

/** Starts nodes 1 to `count` at once, as none of them is ready alone; when one fails the others are stopped. @throws what the first one threw */
export async function startNodes(count: number, start: (number: number) => Promise<ClusterNode>): Promise<readonly ClusterNode[]> {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(index + 1)));
  const failed = results.find((result) => result.status === 'rejected');
  const nodes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (!failed) return nodes;
  await Promise.all(nodes.map((node) => node.stop()));
  throw failed.reason;
}

/** All nodes as one service. */
export function nodesTogether(nodes: readonly ClusterNode[]): Service {
  const each = async (act: (node: ClusterNode) => Promise<void>) => {
    await Promise.all(nodes.map(act));
  };
  return {
    source: 'local',
    pid: undefined,
    kill: () => each((node) => node.kill()),
    restart: () => each((node) => node.restart()),
    stop: () => each((node) => node.stop()),
  };
}
