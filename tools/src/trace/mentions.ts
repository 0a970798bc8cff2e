import ts from 'typescript';

/** A place in the sources that names a requirement: the code that decides it, or a group of tests that proves it. */
export interface Mention {
  readonly id: string;
  readonly kind: 'decider' | 'test';
  readonly path: string;
  /** What the doc stands at (`reportLedger.decide`); the label for a group of tests. */
  readonly name: string;
}

/** A label where none may stand. `line` counts from 1. */
export interface Stray {
  readonly id: string;
  readonly path: string;
  readonly line: number;
}

const ID = /CPM-MLD-\w+/g;
const LEADING_IDS = /^\/\*\*[\s*]*((?:CPM-MLD-\w+, )*CPM-MLD-\w+): /;

/** Finds the labels of one source file: those that lead the doc of a declaration, those of `requirement()` groups, and strays. */
export function mentionsIn(path: string, text: string): { readonly mentions: readonly Mention[]; readonly strays: readonly Stray[] } {
  if (!text.includes('CPM-MLD-')) return { mentions: [], strays: [] };
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const placed = new Map<number, Mention>();
  const isSpec = path.endsWith('.spec.ts');
  const visit = (node: ts.Node): void => {
    const found = isSpec ? groupsAt(node, path) : docsAt(node, source, path);
    for (const [position, mention] of found) placed.set(position, mention);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const strays = [...text.matchAll(ID)]
    .filter(({ index }) => !placed.has(index))
    .map(({ 0: id, index }) => ({ id, path, line: source.getLineAndCharacterOfPosition(index).line + 1 }));
  return { mentions: [...placed.values()], strays };
}

type Placed = readonly (readonly [position: number, mention: Mention])[];

function groupsAt(node: ts.Node, path: string): Placed {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 'requirement') return [];
  const [label] = node.arguments;
  if (label === undefined || !ts.isStringLiteral(label)) return [];
  return [[label.getStart() + 1, { id: label.text, kind: 'test', path, name: label.text }]];
}

function docsAt(node: ts.Node, source: ts.SourceFile, path: string): Placed {
  const docs = ts.getJSDocCommentsAndTags(node).filter((doc) => ts.isJSDoc(doc) && doc.parent === node);
  if (docs.length === 0) return [];
  const name = nameOf(node);
  return docs.flatMap((doc) => {
    const ids = LEADING_IDS.exec(source.text.slice(doc.pos, doc.end));
    if (ids?.[1] === undefined || name === '') return [];
    const start = doc.pos + ids[0].indexOf(ids[1]);
    return [...ids[1].matchAll(ID)].map(({ 0: id, index }) => [start + index, { id, kind: 'decider', path, name }] as const);
  });
}

/** `reportLedger.decide` for a member of an object or class, else the declared name; empty for what has none. */
function nameOf(node: ts.Node): string {
  const own = ts.isVariableStatement(node) ? node.declarationList.declarations[0]?.name.getText() : ts.getNameOfDeclaration(node as ts.Declaration)?.getText();
  const owner = ts.findAncestor(node.parent, (above) => ts.isVariableDeclaration(above) || ts.isClassDeclaration(above));
  const ownerName = owner === undefined || ts.isVariableStatement(node) ? undefined : ts.getNameOfDeclaration(owner)?.getText();
  return [ownerName, own].filter((name) => name !== undefined).join('.');
}
