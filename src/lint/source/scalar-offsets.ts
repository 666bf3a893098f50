import type { Scalar } from 'yaml';

/** Length of an escape in a double-quoted scalar by the character after the backslash; others are 2. */
const ESCAPE_LENGTHS: Record<string, number> = { x: 4, u: 6, U: 10 };

/**
 * For each character of a scalar's value, and one past its end, the offset in the file it comes from.
 * A literal block is exact line by line; the others are walked side by side with their value, where a run of
 * white space on one side (a fold, an indent) stands for the run on the other.
 */
export function scalarOffsets(file: string, node: Scalar, value: string): number[] {
  const start = node.range?.[0] ?? 0;
  const end = node.range?.[1] ?? start;
  if (node.type === 'BLOCK_LITERAL') return literalOffsets(file, start, end, value);
  const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  const from = node.type === 'BLOCK_FOLDED' ? afterLine(file, start, end) : quoted ? start + 1 : start;
  return walkedOffsets(file, from, quoted ? end - 1 : end, value, node.type);
}

function literalOffsets(file: string, start: number, end: number, value: string): number[] {
  const offsets: number[] = [];
  let lineStart = afterLine(file, start, end);
  for (const line of value.split('\n')) {
    const newline = file.indexOf('\n', lineStart);
    let lineEnd = newline === -1 ? file.length : newline;
    if (file[lineEnd - 1] === '\r') lineEnd -= 1;
    // What the source line has more than the value's is its indent.
    const indent = Math.max(0, lineEnd - lineStart - line.length);
    for (let index = 0; index <= line.length; index += 1)
      offsets.push(Math.min(lineStart + indent + index, file.length));
    lineStart = newline === -1 ? file.length : newline + 1;
  }
  return offsets;
}

function walkedOffsets(
  file: string,
  from: number,
  end: number,
  value: string,
  type: Scalar['type'],
): number[] {
  const offsets: number[] = [];
  let at = from;
  const skipSpace = () => {
    while (at < end && isSpace(file[at])) at += 1;
  };
  for (let index = 0; index < value.length;) {
    const escaped = type === 'QUOTE_DOUBLE' && file[at] === '\\';
    if (escaped && (file[at + 1] === '\n' || file[at + 1] === '\r')) {
      at += 1;
      skipSpace();
      continue;
    }
    if (isSpace(value[index]) && !escaped) {
      const runStart = at;
      skipSpace();
      for (let run = 0; index < value.length && isSpace(value[index]); index += 1, run += 1) {
        offsets.push(Math.min(runStart + run, Math.max(runStart, at - 1)));
      }
      continue;
    }
    if (!escaped) skipSpace();
    offsets.push(Math.min(at, end));
    if (escaped) at += ESCAPE_LENGTHS[file[at + 1] ?? ''] ?? 2;
    else at += type === 'QUOTE_SINGLE' && file[at] === "'" ? 2 : 1;
    index += 1;
  }
  offsets.push(Math.min(at, end));
  return offsets;
}

function afterLine(file: string, from: number, end: number): number {
  const newline = file.indexOf('\n', from);
  return newline === -1 ? end : newline + 1;
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r';
}
