import { invalidRequest } from '@cpm/http';
import { SaxesParser, type SaxesTagNS } from 'saxes';

/** That of RFC 3680, and none at all. */
const NAMESPACES: readonly string[] = ['urn:ietf:params:xml:ns:reginfo', ''];

/** `reginfo` itself needs four, its extensions a few more. */
const MAX_DEPTH = 32;

/** An element: its attributes, its character data as `text`, and an array per name of child. */
type XmlElement = Record<string, unknown> & { text: string };

/**
 * The tree of an `application/reginfo+xml` document, for the schema to judge; elements of other namespaces fall away with all
 * they hold. Throws a 400 problem for what is not well-formed, is not `reginfo`, or declares a document type.
 *
 * saxes, because it checks well-formedness and namespaces, has one dependency, is what jsdom parses XML with, and knows no
 * entities but the five of XML and character references: nothing can be expanded, whatever a DTD says. fast-xml-parser is
 * released more often, yet expands what a DTD declares and had to limit that repeatedly (CVE-2026-26278, CVE-2026-33036).
 */
export function reginfoDocument(xml: string): unknown {
  const tree = new ReginfoTree();
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', () => refuse(`is not well-formed XML: fault at line ${parser.line}, column ${parser.column}`));
  parser.on('doctype', () => refuse('must not declare a document type'));
  parser.on('opentag', (tag) => tree.open(tag));
  parser.on('closetag', () => tree.close());
  parser.on('text', (text) => tree.add(text));
  parser.on('cdata', (text) => tree.add(text));
  parser.write(xml).close();
  return tree.root ?? refuse('must be a reginfo document (RFC 3680)');
}

class ReginfoTree {
  root: XmlElement | undefined;
  private readonly path: XmlElement[] = [];
  /** Elements open inside one of another namespace, that one included. */
  private foreign = 0;

  open({ uri, local, attributes }: SaxesTagNS): void {
    // The parser looks namespaces up level by level.
    if (this.path.length + this.foreign === MAX_DEPTH) refuse(`must not nest deeper than ${MAX_DEPTH} levels`);
    const parent = this.path.at(-1);
    const isRoot = parent === undefined;
    if (this.foreign > 0 || !NAMESPACES.includes(uri) || (isRoot && local !== 'reginfo')) {
      this.foreign += 1;
      return;
    }
    const element = elementOf(attributes);
    this.path.push(element);
    if (isRoot) this.root = element;
    else childrenOf(parent, local).push(element);
  }

  close(): void {
    if (this.foreign > 0) this.foreign -= 1;
    else this.path.pop();
  }

  add(text: string): void {
    const element = this.path.at(-1);
    if (element && this.foreign === 0) element.text += text;
  }
}

function elementOf(attributes: SaxesTagNS['attributes']): XmlElement {
  const own = Object.values(attributes).filter(({ uri }) => uri === '').map(({ local, value }) => [local, value] as const);
  return { ...Object.fromEntries(own), text: '' };
}

/** A child hides an attribute of the same name: RFC 3680 has none. Defined, not assigned, since an element may be named `__proto__`. */
function childrenOf(parent: XmlElement, name: string): unknown[] {
  const known = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (Array.isArray(known)) return known;
  const children: unknown[] = [];
  Object.defineProperty(parent, name, { value: children, enumerable: true, configurable: true, writable: true });
  return children;
}

function refuse(message: string): never {
  throw invalidRequest([{ path: '', message }]);
}
