import { globSync, readFileSync } from 'node:fs';
import { accessAwareness } from '@cpm/domain-access-awareness';
import { clientEdge } from '@cpm/domain-client-edge';
import { deviceRegistry } from '@cpm/domain-device-registry';
import { messageStoreSync } from '@cpm/domain-message-store-sync';
import { reportAggregation } from '@cpm/domain-report-aggregation';
import { routing } from '@cpm/domain-routing';
import { smsInterworkingGateway } from '@cpm/domain-sms-interworking-gateway';
import { CONTRACTS } from '../contracts.js';
import { sourceFiles, type SourceFile } from '../trace/source-files.js';
import { deafListeners, idleContracts, wrongWriters } from './wiring.js';
import { emptyNames, titleFaults, unfinishedLines } from './wording.js';

const UNFINISHED = ['TO', 'DO'].join('');
const services = [accessAwareness, clientEdge, deviceRegistry, messageStoreSync, reportAggregation, routing, smsInterworkingGateway];
const read = (pattern: string): SourceFile[] => globSync(pattern, { exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path) })
  .sort().map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const sources = sourceFiles();
const scripts = read('{*,tools/*,tools/workspace/*}.mjs');
const pages = read('{*.md,{apps,deploy,docs,helm,libs,tools}/**/*.md}');
const product = sources.filter(({ path }) => !/\.(spec|fixture)\.ts$|^libs\/(contracts|testing)\/|^tools\/|\/testing\//.test(path));

describe('names', () => {
  it('say what they are', () => expect(sources.flatMap(emptyNames)).toEqual([]));

  it.each([
    ['libs/common/src/a.ts', ''], ['libs/a/src/string.utils.ts', ''], ['libs/a/src/a.ts', 'export class DeviceManager {}'],
    ['libs/a/src/a.ts', 'export abstract class BaseStore {}'], ['libs/a/src/a.ts', 'export interface IStore {}'],
  ])('are refused when they do not: %s %s', (path, text) => expect(emptyNames({ path, text })).toHaveLength(1));
});

describe('work', () => {
  it('is finished, or an issue says that it is not', () => expect([...sources, ...scripts, ...pages].flatMap(unfinishedLines)).toEqual([]));

  it('is refused when it is not', () => expect(unfinishedLines({ path: 'a.ts', text: ['', `// ${UNFINISHED}: more`].join('\n') })).toEqual(['a.ts:2: unfinished']));
});

describe('pages', () => {
  it('have one title', () => expect(pages.flatMap(titleFaults)).toEqual([]));

  it.each([['none', 'Text.'], ['two', '# One\n\n# Two']])('are refused with %s', (_, text) => expect(titleFaults({ path: 'a.md', text })).toHaveLength(1));

  it('may show the comment of a shell', () => expect(titleFaults({ path: 'a.md', text: '# One\n\n```sh\n# start\n```' })).toEqual([]));
});

describe('events', () => {
  it('are heard by every service that they are sent to', () => expect(deafListeners(CONTRACTS, services)).toEqual([]));

  it('are published by somebody and heard by somebody', () => expect(idleContracts(CONTRACTS, product)).toEqual([]));

  it('are published by those who are listed as their writers, and by nobody else', () => expect(wrongWriters(CONTRACTS, product)).toEqual([]));

  const [contract] = CONTRACTS;
  const text = `import { ${String(contract?.type)} } from 'x';\non(${String(contract?.type)}, {});\nlet heard: ${String(contract?.type)};`;

  it('are refused when a listener is deaf', () => expect(deafListeners([...CONTRACTS].slice(0, 1), [])).toHaveLength(contract?.listeners.length ?? 0));

  it('are refused when they are only subscribed to', () => expect(idleContracts(CONTRACTS.slice(0, 1), [{ path: 'a.ts', text }])).toEqual([`nobody publishes ${String(contract?.type)}`]));
});
