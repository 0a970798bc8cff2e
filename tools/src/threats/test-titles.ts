import ts from 'typescript';
import type { SourceFile } from '../trace/source-files.js';
import { namedTest, type ThreatModel } from './threat-model.js';

/** The titles that a spec gives its tests and groups, placeholders of tables included. */
export function titlesOf({ path, text }: SourceFile): ReadonlySet<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(it|test|describe)\b/.test(node.expression.getText().slice(0, 10))) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return titles;
}

/** Tests that the model names and that are not there, as sentences for a person. */
export function missingTests({ boundaries }: ThreatModel, sources: readonly SourceFile[]): readonly string[] {
  const specs = new Map(sources.map((source) => [source.path, source]));
  const known = new Map<string, ReadonlySet<string>>();
  const named = boundaries.flatMap(({ threats }) => threats.flatMap(({ tests }) => tests.map(namedTest)));
  return named.flatMap(({ path, title }) => {
    const spec = specs.get(path);
    if (!spec) return [`docs/threats.yaml: there is no ${path}`];
    const titles = known.get(path) ?? titlesOf(spec);
    known.set(path, titles);
    return titles.has(title) ? [] : [`docs/threats.yaml: ${path} has no test "${title}"`];
  });
}
