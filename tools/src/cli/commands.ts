import { cpmAddress, deviceId } from '@cpm/vocabulary';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import type { AccessView } from '@cpm/domain-access-awareness';
import { SERVICES } from '@cpm/runtime-decider';
import { journeyLines, type JourneyEntry } from '../demo/journey-text.js';
import { devKeys, type TokenClaims } from '../dev-tokens/index.js';
import { accessLines } from './access-text.js';
import { treeLines } from '../spans/span-tree.js';
import { spansAbout } from './message-trace.js';
import { operatorCall, operatorDownload } from './operator-api.js';

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
  reading(program.command('journey <messageId>').description('every decision about a message'), print, {
    path: (id = '') => `/admin/v1/messages/${encodeURIComponent(id)}/journey`,
    lines: (answer) => journeyLines((answer as { entries: readonly JourneyEntry[] }).entries, new Map()),
  });
  reading(program.command('access <address>').description('how the devices of a user can be reached, how that is known, and what changed last'), print, {
    path: (address = '') => `/admin/v1/access/${encodeURIComponent(address)}`,
    lines: (answer) => accessLines(answer as AccessView),
  });
  program
    .command('trace <messageId>')
    .description('the spans of a message, from the collector of npm start -- --traces')
    .option('--collector <url>', 'another collector of that kind', process.env['CPM_COLLECTOR_URL'])
    .action(async (messageId: string, { collector }: { collector?: string }) => {
      print(treeLines(await spansAbout(messageId, collector)).join('\n'));
    });
  reading(policy.command('get').description('prints the policy in force'), print, { path: () => '/admin/v1/policy' });
  aboutUsers(program, print);
  aboutDeadLetters(program.command('dead-letters').description('records that services put aside'), print);
  return program;
}

interface UserOptions {
  readonly user: string;
  readonly url: string;
  readonly content?: true;
  readonly out: string;
  readonly status?: true;
}

function aboutUsers(program: Command, print: (text: string) => void): void {
  located(program.command('export').description("writes all that the message store keeps of a user into a file, as lines of JSON"))
    .requiredOption('--user <address>', 'CPM Address, tel:+… or sip:…', parsedBy(cpmAddress))
    .option('--content', 'with the contents that are stored apart')
    .option('--out <file>', 'the file', 'box.ndjson')
    .action(async ({ url, user, content, out }: UserOptions) => {
      const bytes = await operatorDownload(url, `/admin/v1/subscribers/${encodeURIComponent(user)}/export${content ? '?content=true' : ''}`, out);
      print(`${out}: ${bytes} bytes`);
    });
  located(program.command('erase').description('erases a user from all services, and prints how far that is'))
    .requiredOption('--user <address>', 'CPM Address, tel:+… or sip:…', parsedBy(cpmAddress))
    .option('--status', 'only prints how far an erasure is')
    .action(async ({ url, user, status }: UserOptions) => {
      print(JSON.stringify(await operatorCall(url, `/admin/v1/subscribers/${encodeURIComponent(user)}/erasure`, status ? 'GET' : 'POST'), undefined, 2));
    });
  located(program.command('audit').description('who has done what to whom'))
    .option('--user <address>', 'only what was done to him', parsedBy(cpmAddress))
    .action(async ({ url, user }: Partial<UserOptions> & Pick<UserOptions, 'url'>) => {
      print(JSON.stringify(await operatorCall(url, `/admin/v1/audit${user === undefined ? '' : `?address=${encodeURIComponent(user)}`}`), undefined, 2));
    });
}

interface DeadLetterPage {
  readonly deadLetters: readonly { readonly id: string; readonly at: string; readonly reason: string; readonly replayed: boolean }[];
  readonly cursor?: string;
}

function aboutDeadLetters(deadLetters: Command, print: (text: string) => void): void {
  located(deadLetters.command('list').description('lists them, one a line: id, when, reason; those that were replayed are marked'))
    .addOption(new Option('--service <service>', 'only those of this service').choices(SERVICES))
    .action(async ({ url, service }: { url: string; service?: string }) => {
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
        const query = new URLSearchParams({ ...(service !== undefined && { service }), ...(cursor !== undefined && { cursor }) });
        const page = (await operatorCall(url, `/admin/v1/dead-letters?${query.toString()}`)) as DeadLetterPage;
        for (const { id, at, reason, replayed } of page.deadLetters) print([id, at, reason, ...(replayed ? ['(replayed)'] : [])].join('  '));
        cursor = page.cursor;
      }
    });
  located(deadLetters.command('replay <ids...>').description('appends them to their inboxes again, in the order given'))
    .action(async (ids: readonly string[], { url }: { url: string }) => {
      for (const id of ids) {
        await operatorCall(url, `/admin/v1/dead-letters/${encodeURIComponent(id)}/replay`, 'POST');
        print(`${id} replayed`);
      }
    });
}

function located(command: Command): Command {
  return command.option('--url <url>', 'where the services answer', process.env['CPM_URL'] ?? `http://127.0.0.1:${process.env['HTTP_PORT'] ?? 8080}`);
}

interface Reading {
  readonly path: (argument?: string) => string;
  /** The answer for a person to read; absent: as it came. */
  readonly lines?: (answer: unknown) => readonly string[];
}

function reading(command: Command, print: (text: string) => void, { path, lines }: Reading): void {
  if (lines) command.option('--json', 'as the service answers');
  located(command)
    .action(async (...given: unknown[]) => {
      const called = given.at(-1) as Command;
      const { url, json } = called.opts<{ url: string; json?: true }>();
      const answer = await operatorCall(url, path(called.args[0]));
      print(lines && !json ? lines(answer).join('\n') : JSON.stringify(answer, undefined, 2));
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
