import { parseArgs, type ParseArgsConfig } from 'node:util';
import { eventOptions, fuzzEvents } from './events/fuzz-events.js';
import { fuzzHttp, httpOptions } from './http/fuzz-http.js';

/** A way to attack the running system; resolves with whether it held. */
interface Fuzzer {
  readonly options: NonNullable<ParseArgsConfig['options']>;
  readonly run: (options: Readonly<Record<string, unknown>>) => Promise<boolean>;
}

const FUZZERS: Readonly<Record<string, Fuzzer>> = {
  events: { options: eventOptions, run: fuzzEvents },
  http: { options: httpOptions, run: fuzzHttp },
};

const [kind = '', ...args] = process.argv.slice(2);
const fuzzer = FUZZERS[kind];
if (!fuzzer) {
  console.error(`npm run fuzz -- <${Object.keys(FUZZERS).join('|')}> [options]`);
  process.exit(1);
}
const held = await fuzzer.run(parseArgs({ args, options: fuzzer.options }).values).catch((error: unknown) => {
  console.error((error as Error).message);
  return false;
});
process.exit(held ? 0 : 1);
