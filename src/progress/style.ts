import cliTruncate from 'cli-truncate';
import pc from 'picocolors';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Environment } from '../config/environment.ts';

/** What a terminal can show, and how wide and high it is. */
export interface Style {
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly marks: Marks;
  readonly columns: number;
  readonly rows: number;
}

export interface Marks {
  readonly done: string;
  readonly active: string;
  readonly todo: string;
  readonly bad: string;
  readonly full: string;
  readonly empty: string;
  readonly dot: string;
  /** Corners and sides of a box: top left, top right, bottom left, bottom right, horizontal, vertical. */
  readonly box: readonly [string, string, string, string, string, string];
}

const UNICODE: Marks = {
  done: '✔',
  active: '▶',
  todo: '○',
  bad: '✖',
  full: '█',
  empty: '░',
  dot: '·',
  box: ['┏', '┓', '┗', '┛', '━', '┃'],
};

const ASCII: Marks = {
  done: '+',
  active: '>',
  todo: '-',
  bad: 'x',
  full: '#',
  empty: '.',
  dot: '|',
  box: ['+', '+', '+', '+', '-', '|'],
};

/** The style of a terminal: no colour with `NO_COLOR` set (https://no-color.org), ASCII in a locale without UTF-8. */
export function styleOf(env: Environment, screen: { columns: number; rows: number }): Style {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return {
    colors: pc.createColors((env['NO_COLOR'] ?? '') === ''),
    marks: /utf-?8/i.test(locale) || env['WT_SESSION'] !== undefined ? UNICODE : ASCII,
    columns: Math.max(20, screen.columns),
    rows: screen.rows,
  };
}

/** One line, cut to the terminal's width. A character of two columns at the edge may stick out: then one is spared. */
export function fit(line: string, columns: number): string {
  const cut = cliTruncate(line, columns);
  return stringWidth(cut) <= columns ? cut : cliTruncate(line, columns - 1);
}

/** Text over several lines of at most `columns`. */
export function wrap(text: string, columns: number): string[] {
  return wrapAnsi(text, columns, { hard: true }).split('\n');
}

/** A label with text beside it, over as many lines as it takes; below it where there is no room beside it. */
export function hang(label: string, text: string, columns: number): string[] {
  const indent = stringWidth(label) + 2;
  if (columns - indent < Math.min(20, stringWidth(text)))
    return [...wrap(label, columns), ...wrap(text, Math.max(1, columns - 2)).map((line) => `  ${line}`)];
  const [first = '', ...rest] = wrap(text, columns - indent);
  return [`${label}  ${first}`, ...rest.map((line) => ' '.repeat(indent) + line)];
}

/** Left and right end of a line; what stands right gives way first. */
export function spread(left: string, right: string, columns: number): string {
  const gap = columns - stringWidth(left) - stringWidth(right);
  return gap < 2 ? fit(left, columns) : `${left}${' '.repeat(gap)}${right}`;
}

/** `███░░░`: `part` of `whole` on `length` columns; full only when nothing is missing. */
export function bar(part: number, whole: number, length: number, { marks, colors }: Style): string {
  const share = whole <= 0 ? 0 : Math.min(1, part / whole);
  const filled = share === 1 ? length : Math.min(length - 1, Math.round(share * length));
  return colors.green(marks.full.repeat(filled)) + colors.dim(marks.empty.repeat(length - filled));
}

/** Columns inside a box. */
export function insideBox({ columns }: Style): number {
  return Math.min(columns, 100) - 4;
}

/** Lines in a box as wide as the terminal, at most 100 columns; `paint` colours the frame. */
export function box(
  title: string,
  lines: readonly string[],
  style: Style,
  paint: (text: string) => string,
): string[] {
  const [tl, tr, bl, br, h, v] = style.marks.box;
  const inner = insideBox(style);
  const width = inner + 4;
  const name = fit(title, inner - 2);
  const top = `${tl}${h} ${name} ${h.repeat(Math.max(0, width - 5 - stringWidth(name)))}${tr}`;
  const body = lines
    .flatMap((line) => (line === '' ? [''] : wrap(line, inner)))
    .map((line) => `${paint(v)} ${line}${' '.repeat(Math.max(0, inner - stringWidth(line)))} ${paint(v)}`);
  return [paint(top), ...body, paint(`${bl}${h.repeat(width - 2)}${br}`)];
}
