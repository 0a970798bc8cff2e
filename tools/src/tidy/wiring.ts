import { heardBy, writersOf, type EventContract, type ServiceDefinition } from '@cpm/runtime-decider';
import ts from 'typescript';
import type { SourceFile } from '../trace/source-files.js';

/** Services that a contract names as listeners and that do not subscribe to it. */
export function deafListeners(contracts: readonly EventContract[], services: readonly ServiceDefinition[]): readonly string[] {
  return contracts.flatMap(({ type, version, listeners }) => listeners
    .filter((listener) => !services.some((service) =>
      service.name === listener && heardBy(service).some((contract) => contract.type === type && contract.version === version)))
    .map((listener) => `${listener} is to hear ${type} and does not subscribe to it`));
}

/** Contracts that nobody hears, or that no source hands to anything that publishes. */
export function idleContracts(contracts: readonly EventContract[], sources: readonly SourceFile[]): readonly string[] {
  const published = new Set(sources.flatMap((source) => [...valuesUsed(source)]));
  return contracts.flatMap(({ type, listeners }) => [
    ...(listeners.length === 0 ? [`nobody hears ${type}`] : []),
    ...(published.has(type) ? [] : [`nobody publishes ${type}`]),
  ]);
}

/** Contracts that a service hands to something that publishes without being listed as a writer, and writers that never do. */
export function wrongWriters(contracts: readonly EventContract[], sources: readonly SourceFile[]): readonly string[] {
  const used = new Map<string, Set<string>>();
  for (const source of sources) {
    const [, service = ''] = /^(?:libs\/domain|apps)\/([^/]+)\//.exec(source.path) ?? [];
    used.set(service, new Set([...(used.get(service) ?? []), ...valuesUsed(source)]));
  }
  return contracts.flatMap((contract) => {
    const { type } = contract;
    const users = [...used].flatMap(([service, names]) => (service !== '' && service !== 'all-in-one' && names.has(type) ? [service] : []));
    const writers: readonly string[] = writersOf(contract);
    return [
      ...users.filter((service) => !writers.includes(service)).map((service) => `${service} publishes ${type} and is not listed as a writer`),
      ...writers.filter((service) => !users.includes(service)).map((service) => `${service} is listed as a writer of ${type} and does not publish it`),
    ];
  });
}

/** Names used as values: not imported, not as a type, and not as what a subscription hears. */
function valuesUsed({ path, text }: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && !isHeard(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return names;
}

function isHeard(node: ts.Identifier): boolean {
  // What a service is asked to forget users by is heard as well.
  if (ts.isPropertyAssignment(node.parent) && node.parent.name.getText() === 'asked') return true;
  return ts.isCallExpression(node.parent) && node.parent.arguments[0] === node && node.parent.expression.getText() === 'on';
}
