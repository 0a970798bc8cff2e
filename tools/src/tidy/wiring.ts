import { heardBy, type EventContract, type ServiceDefinition } from '@cpm/runtime-decider';
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
  return ts.isCallExpression(node.parent) && node.parent.arguments[0] === node && node.parent.expression.getText() === 'on';
}
