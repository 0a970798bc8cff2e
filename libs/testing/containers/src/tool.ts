import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const OUTPUT_LINES_KEPT = 30;

export interface ToolCall {
  command: string;
  args: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  /** What to do when the command does not exist; ends the error message. */
  ifMissing: string;
}

/** Runs a command to its end and answers its last 30 lines of output. @throws when it is missing or fails */
export async function runTool({ command, args, cwd, env, onLine, ifMissing }: ToolCall): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > OUTPUT_LINES_KEPT) lines.shift();
      onLine?.(line);
    });
  }
  const [code] = await (once(child, 'close') as Promise<[number | null]>).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`${command} is not installed. ${ifMissing}`);
    throw error;
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${code}:\n${lines.join('\n')}`);
  return lines.join('\n');
}
