import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import type { ParsedFile } from './document.ts';
import type { Range } from './file.ts';
import { scalarOffsets } from './scalar-offsets.ts';

/** One key of a mapping with its value; merged (`<<`) keys come after the mapping's own. */
export interface Entry {
  readonly name: string;
  readonly key: Scalar;
  /** The value as it stands: possibly an alias. */
  readonly raw: Node | null;
  /** The value with aliases followed. */
  readonly value: Node | null;
}

/** A scalar's text and where each of its characters stands in the file. */
export interface Text {
  readonly value: string;
  readonly node: Scalar;
  /** Offset in the file of the value's character at `index`. */
  offset(index: number): number;
}

/** Reads the nodes of one file: follows aliases, keeps positions. */
export class Tree {
  readonly parsed: ParsedFile;
  constructor(parsed: ParsedFile) {
    this.parsed = parsed;
  }

  /** The node an alias stands for, or the node itself. */
  follow(node: unknown): Node | null {
    if (!isAlias(node)) return (node as Node | null | undefined) ?? null;
    return node.resolve(this.parsed.document) ?? null;
  }

  map(node: unknown): YAMLMap | undefined {
    const found = this.follow(node);
    return isMap(found) ? found : undefined;
  }

  seq(node: unknown): YAMLSeq | undefined {
    const found = this.follow(node);
    return isSeq(found) ? found : undefined;
  }

  /** The keys of a mapping, merged ones included; the first of a name wins. */
  entries(node: unknown): Entry[] {
    const found: Entry[] = [];
    const names = new Set<string>();
    this.collect(node, found, names, 0);
    return found;
  }

  private collect(node: unknown, found: Entry[], names: Set<string>, depth: number): void {
    const map = this.map(node);
    if (map === undefined || depth > 10) return;
    const merged: unknown[] = [];
    for (const pair of map.items) {
      const key = this.follow(pair.key);
      if (!isScalar(key)) continue;
      const name = scalarSource(key);
      if (name === '<<') {
        const source = this.follow(pair.value);
        merged.push(...(isSeq(source) ? source.items : [source]));
        continue;
      }
      if (names.has(name)) continue;
      names.add(name);
      found.push({
        name,
        key,
        raw: (pair.value as Node | null | undefined) ?? null,
        value: this.follow(pair.value),
      });
    }
    for (const source of merged) this.collect(source, found, names, depth + 1);
  }

  entry(node: unknown, name: string): Entry | undefined {
    return this.entries(node).find((entry) => entry.name === name);
  }

  /** The text of a scalar; undefined for anything else and for null. */
  text(node: unknown): Text | undefined {
    const found = this.follow(node);
    if (!isScalar(found) || found.value === null) return undefined;
    const value = scalarSource(found);
    const text = this.parsed.file.text;
    let offsets: readonly number[] | undefined;
    return {
      value,
      node: found,
      offset(index: number): number {
        offsets ??= scalarOffsets(text, found, value);
        return offsets[Math.max(0, Math.min(index, offsets.length - 1))] ?? rangeOf(found)[0];
      },
    };
  }

  /** A scalar or a sequence of scalars as a list of texts. */
  texts(node: unknown): Text[] {
    const seq = this.seq(node);
    const items: unknown[] = seq === undefined ? [node] : seq.items;
    return items.flatMap((item) => this.text(item) ?? []);
  }
}

/** What was written: `1.0` stays `1.0`, `on` stays `on`. */
export function scalarSource(node: Scalar): string {
  if (typeof node.value === 'string') return node.value;
  return node.source ?? String(node.value);
}

/** Where a node stands, without the white space and comments after it. */
export function rangeOf(node: unknown): Range {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return [range?.[0] ?? 0, range?.[1] ?? range?.[0] ?? 0];
}
