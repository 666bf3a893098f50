import { stripVTControlCharacters } from 'node:util';

/*
 * Text from outside (contexts, descriptions, reasons, names) on its way into something that interprets it.
 * Every function gives back one line and may be applied more than once. None of them hides that something
 * was there: what is taken out leaves a visible mark.
 */

/** Controls, invisible and direction-changing characters, private use, halves of pairs, line separators. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
const mark = '\u{FFFD}';

/**
 * One line for a terminal: no escape sequence, no control character (C0 and C1), no bidirectional override,
 * nothing invisible. Line breaks and tabs become a space.
 */
export function forTerminal(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\s\u0085\u2028\u2029]+/gu, ' ')
    .replace(unprintable, mark);
}

/** One line of at most `max` characters (code points), trimmed, with `…` where it was cut. */
export function oneLine(text: string, max: number): string {
  const characters = [...forTerminal(text).trim()];
  return characters.length <= max
    ? characters.join('')
    : `${characters.slice(0, Math.max(max - 1, 0)).join('')}…`;
}

/**
 * One line for a CI log. Runners take `::command::` and `##[command]` (also `##vso[command]`) as commands, at
 * the start of a line or anywhere in it, and turn `%0A` in their data back into a line break. None of these
 * is left, so the text can stand in a plain line and in the message of a `::notice::` of our own.
 */
export function forCiLog(text: string): string {
  return forTerminal(text)
    .replace(/:(?=:)/g, ': ')
    .replace(/##(?=\w*\[)/g, '# #')
    .replace(/%(?=0A|0D|25|2C|3A)/gi, '% ');
}

/** What markdown dialects and chat systems act upon, and the look-alike that none of them does. */
const lookAlike: Readonly<Record<string, string>> = {
  '`': '｀',
  '|': '｜',
  '<': '＜',
  '>': '＞',
  '[': '［',
  ']': '］',
  '\\': '＼',
  '&': '＆',
  '@': '＠',
  '*': '＊',
};

/**
 * One line for markdown, inside or outside a code span, a table cell or a link's text: no link (`https://`
 * and `www.` are written so that no renderer finds them), no image, no HTML or entity, no mention, no way out
 * of backticks or a cell. Escaping by backslash would not do: it is void inside a code span, and renderers
 * look for links and mentions after it is undone. Dots, slashes, parentheses and underscores stay, so that
 * contexts, tags and variable names can be read.
 */
export function forMarkdown(text: string): string {
  return forTerminal(text)
    .trim()
    .replace(/[`|<>[\]\\&@*]/g, (character) => lookAlike[character] ?? mark)
    .replace(/:\/\//g, ':／／')
    .replace(/(www)\./gi, '$1．')
    .replace(/^[#+\-=~_]/, (first) => fullWidth(first))
    .replace(/^(\d{1,9})([.)])/, (_, digits: string, sign: string) => digits + fullWidth(sign));
}

/** The full-width form of an ASCII character; markdown gives it no meaning at the start of a block. */
function fullWidth(character: string): string {
  return String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0);
}
