import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type ParsedNode,
} from 'yaml';
import type { Unreadable } from '../finding.ts';
import { positionAt, type SourceFile } from './file.ts';

/** Nodes a document may come to once its aliases are followed; yaml.v3 refuses long before. */
const MOST_NODES = 100_000;

export type YamlDocument = Document.Parsed<ParsedNode>;

export interface ParsedFile {
  readonly file: SourceFile;
  readonly document: YamlDocument;
  /** Documents in the file; every host reads the first. */
  readonly documents: number;
  /** Whether a mapping has a key twice. */
  readonly duplicateKeys: boolean;
}

/** Parses one file. Duplicate keys pass (a rule reports both places); every other YAML error makes it unreadable. */
export function parseSource(file: SourceFile): ParsedFile | Unreadable {
  const unreadable = (reason: string, offset?: number): Unreadable => {
    if (offset === undefined) return { file: file.path, reason };
    const { line, column } = positionAt(file, offset);
    return { file: file.path, line, column, reason };
  };
  let documents: readonly YamlDocument[];
  try {
    const parsed = parseAllDocuments(file.text, {
      prettyErrors: false,
      merge: true,
      logLevel: 'silent',
    });
    documents = Array.isArray(parsed) ? (parsed as YamlDocument[]) : [];
  } catch (error) {
    return unreadable(error instanceof RangeError ? 'is nested too deeply to be read' : 'is not valid YAML');
  }
  const document = documents[0];
  if (document === undefined) return { file, document: emptyDocument(), documents: 0, duplicateKeys: false };
  const isDuplicate = ({ code }: { readonly code: string }) => code === 'DUPLICATE_KEY';
  const broken = document.errors.find((error) => !isDuplicate(error));
  if (broken !== undefined)
    return unreadable(`is not valid YAML: ${sentence(broken.message)}`, broken.pos[0]);
  try {
    // Without a star there is no alias to follow.
    const size = file.text.includes('*') ? expandedSize(document) : 0;
    if (size > MOST_NODES)
      return unreadable(`is an alias bomb: its aliases expand to more than ${MOST_NODES} nodes`);
  } catch (error) {
    if (error instanceof UnknownAlias) return unreadable(`is not valid YAML: ${error.message}`, error.offset);
    return unreadable('is nested too deeply to be read');
  }
  return { file, document, documents: documents.length, duplicateKeys: document.errors.some(isDuplicate) };
}

class UnknownAlias extends Error {
  readonly offset: number;
  constructor(name: string, offset: number) {
    super(`nothing above is anchored as \`${name}\``);
    this.offset = offset;
  }
}

function emptyDocument(): YamlDocument {
  return parseAllDocuments('---\n')[0] as YamlDocument;
}

function sentence(message: string): string {
  const first = message.split('\n')[0] ?? message;
  return first.replace(/:$/, '');
}

/** Nodes of the document with every alias followed; an alias to what it stands in counts as too many. */
function expandedSize(document: YamlDocument): number {
  const sizes = new Map<unknown, number>();
  const open = new Set<unknown>();
  const anchors = new Map<string, unknown>();
  const measure = (node: unknown): number => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) throw new UnknownAlias(node.source, node.range?.[0] ?? 0);
      return open.has(target) ? MOST_NODES + 1 : (sizes.get(target) ?? 1);
    }
    if (isPair(node)) return measure(node.key) + measure(node.value);
    if (!isNode(node) || isScalar(node)) {
      if (isScalar(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
      return 1;
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    open.add(node);
    let size = 1;
    if (isMap(node) || isSeq(node)) {
      for (const item of node.items) {
        size += measure(item);
        if (size > MOST_NODES) break;
      }
    }
    open.delete(node);
    sizes.set(node, size);
    return size;
  };
  return measure(document.contents);
}
