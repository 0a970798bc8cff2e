import { cpmAddress, deviceId } from '@cpm/vocabulary';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { devKeys, type TokenClaims } from '../dev-tokens/index.js';
import { operatorGet } from './operator-api.js';

interface TokenOptions {
  readonly scope: TokenClaims['scope'];
  readonly user?: string;
  readonly device?: string;
  readonly ttl: number;
}

/** The command line for developers and operators; `print` receives the output. */
export function commandLine(print: (text: string) => void): Command {
  const program = new Command('cpm').description('Talks to a CPM service as a developer or an operator').showHelpAfterError();
  program
    .command('token')
    .description('prints a bearer token signed with the development key (.cpm/dev-key.json, made when missing)')
    .addOption(new Option('--scope <scope>', 'what the token is for').choices(['device', 'operator', 'network']).default('device'))
    .option('--user <address>', 'CPM Address, tel:+… or sip:…', parsedBy(cpmAddress))
    .option('--device <id>', 'urn:uuid:… or urn:gsma:imei:…', parsedBy(deviceId))
    .option('--ttl <seconds>', 'how long it is valid', seconds, 12 * 3600)
    .action(async ({ scope, user, device, ttl }: TokenOptions, command: Command) => {
      if (scope === 'device' && (user === undefined || device === undefined)) command.error('error: scope device needs --user and --device');
      print(await (await devKeys()).sign({ scope, user, device, ttlSec: ttl }));
    });
  const policy = program.command('policy').description("the service provider's policy");
  reading(program.command('journey <messageId>').description('every decision about a message'), print, (id = '') => `/admin/v1/messages/${encodeURIComponent(id)}/journey`);
  reading(program.command('access <address>').description('how the devices of a user can be reached'), print, (address = '') => `/admin/v1/access/${encodeURIComponent(address)}`);
  reading(policy.command('get').description('prints the policy in force'), print, () => '/admin/v1/policy');
  return program;
}

function reading(command: Command, print: (text: string) => void, path: (argument?: string) => string): void {
  command
    .option('--url <url>', 'where the services answer', process.env['CPM_URL'] ?? `http://127.0.0.1:${process.env['HTTP_PORT'] ?? 8080}`)
    .action(async (...given: unknown[]) => {
      const called = given.at(-1) as Command;
      print(JSON.stringify(await operatorGet(called.opts<{ url: string }>().url, path(called.args[0])), undefined, 2));
    });
}

function parsedBy<Value>(schema: z.ZodType<Value>): (text: string) => Value {
  return (text) => {
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    throw new InvalidArgumentError(result.error.issues.map(({ message }) => message).join('; '));
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a whole number of seconds');
}
