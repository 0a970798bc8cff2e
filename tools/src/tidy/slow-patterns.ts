import safe from 'safe-regex2';
import ts from 'typescript';
import type { SourceFile } from '../trace/source-files.js';

/** Repetitions that a pattern may have: far more than any here, for only how they nest is dangerous. */
const REPETITIONS = 100;

/** A regular expression of the sources, `line` from 1. `pattern` is undefined where it is not written down but made. */
export interface FoundPattern {
  readonly path: string;
  readonly line: number;
  readonly pattern: string | undefined;
}

/** Every regular expression that a file writes down, or makes with `new RegExp` or zod's `regex`. */
export function patternsOf({ path, text }: SourceFile): readonly FoundPattern[] {
  const found: FoundPattern[] = [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const add = (node: ts.Node, pattern: string | undefined) => found.push({ path, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, pattern });
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) add(node, node.text.slice(1, node.text.lastIndexOf('/')));
    if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
      const [argument] = node.arguments ?? [];
      if (argument !== undefined && !ts.isRegularExpressionLiteral(argument)) add(node, ts.isStringLiteralLike(argument) ? argument.text : undefined);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Patterns that may need a time without limit for a text of some length: repetitions inside repetitions. */
export function slow(patterns: readonly FoundPattern[]): readonly string[] {
  return patterns
    .filter(({ pattern }) => pattern !== undefined && !safe(withoutOptions(pattern), { limit: REPETITIONS }))
    .map(({ path, line, pattern = '' }) => `${path}:${line}: /${pattern}/ may take for ever`);
}

/** What may be there or not is no repetition, although the checker counts it as one. */
function withoutOptions(pattern: string): string {
  return pattern.replace(/\)\?/g, ')');
}
