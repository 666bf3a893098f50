import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Edit, Finding } from './finding.ts';
import type { SourceFile } from './source/file.ts';

/** A text with edits applied; of two that overlap the first in the list wins. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const chosen: Edit[] = [];
  for (const edit of edits) {
    const overlaps =
      chosen.some((other) => edit.start < other.end && other.start < edit.end) ||
      chosen.some((other) => other.start === edit.start);
    if (!overlaps) chosen.push(edit);
  }
  return [...chosen]
    .sort((a, b) => b.start - a.start)
    .reduce((result, { start, end, text: part }) => result.slice(0, start) + part + result.slice(end), text);
}

/** Writes the edits of findings into their files, and gives the files that changed. A byte-order mark stays. */
export function writeFixes(
  root: string,
  findings: readonly Finding[],
  sources: ReadonlyMap<string, SourceFile>,
): string[] {
  const byFile = new Map<string, Edit[]>();
  for (const { file, edits } of findings)
    if (edits !== undefined) byFile.set(file, [...(byFile.get(file) ?? []), ...edits]);
  const changed: string[] = [];
  for (const [path, edits] of byFile) {
    const source = sources.get(path);
    if (source === undefined) continue;
    const before = readFileSync(join(root, path), 'utf8');
    const mark = source.byteOrderMark ? '\uFEFF' : '';
    // Somebody else's change in the meantime is not written over.
    if (before !== mark + source.text) continue;
    const after = mark + applyEdits(source.text, edits);
    if (after === before) continue;
    writeFileSync(join(root, path), after);
    changed.push(path);
  }
  return changed;
}
