import type { DynamicModule, Type } from '@nestjs/common';
import { bootstrap } from './bootstrap.js';
import { ConfigError, hostConfig, parseConfig } from './config.js';
import { redactionBy } from './redaction.js';

/** The message that a process started with an IPC channel sends once it answers. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly url: string;
}

/**
 * The whole of a `main.ts`: configuration from the environment, run until SIGTERM, SIGINT or the end of the parent that
 * holds the IPC channel. Exits 1 when it cannot start, crashes, or does not end within SHUTDOWN_GRACE_MS.
 */
export async function runApp(modules: readonly (Type | DynamicModule)[]): Promise<void> {
  // Listened for from the beginning: a parent may die while its child still starts.
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, resolve);
  });
  try {
    const config = parseConfig(hostConfig, process.env);
    void asked.then(() => setTimeout(() => process.exit(1), config.SHUTDOWN_GRACE_MS).unref());
    const host = await bootstrap(modules, config);
    const ready: ReadyMessage = { type: 'ready', url: host.url };
    if (process.connected) process.send?.(ready);
    await asked;
    await host.close();
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  const { name, message, stack } = error as Error;
  process.stderr.write(redactionBy()(error instanceof ConfigError ? `${message}\n` : `${stack ?? `${name}: ${message}`}\n`));
  process.exit(1);
}
