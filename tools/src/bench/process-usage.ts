import { readdirSync, readFileSync } from 'node:fs';

/** CPU seconds since start and resident memory of a process, from /proc (Linux). */
export interface Usage {
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

const TICKS_PER_SECOND = 100;

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return { cpuSeconds: (user + system) / TICKS_PER_SECOND, rssMb: Number(rss) / 1024 };
}

/** A process and its descendants by name: `java` is the broker, `mongod` the database, `node` the services. */
export function processTree(root: number): { pid: number; name: string }[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // The process ended while /proc was read.
    }
  }
  const found: { pid: number; name: string }[] = [];
  const visit = (pid: number) => {
    for (const child of children.get(pid) ?? []) {
      found.push({ pid: child, name: nameOf(child) });
      visit(child);
    }
  };
  visit(root);
  return found;
}

function nameOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const script = words.find((word) => word.endsWith('.js'));
    const program = (words[0] ?? '').split('/').at(-1) ?? '';
    return script ? `${program} ${script.split('/').slice(-3).join('/')}` : program;
  } catch {
    return 'gone';
  }
}
