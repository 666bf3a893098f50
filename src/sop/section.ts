import { Lexer, type Token, type Tokens } from 'marked';

/** One part of a text: its label (`Root cause`) and what stands under it. */
export interface Section {
  readonly label: string;
  /** Markdown, comments taken out. */
  readonly text: string;
}

/** Depth of a label in running text: any heading ends it. */
const IN_TEXT = 9;

/**
 * The labelled parts of a markdown text: what stands under a heading, after a bold label, in a list item that begins
 * with a label, or in a row of a table. HTML comments, which templates explain themselves with, are taken out first.
 */
export function sectionsOf(markdown: string): Section[] {
  const sections: { label: string; depth: number; parts: string[] }[] = [];
  const open = (label: string, depth: number, first: string) =>
    sections.push({ label: clean(label), depth, parts: first === '' ? [] : [first] });
  const add = (text: string) => sections.at(-1)?.parts.push(text);
  for (const token of tokensOf(withoutComments(markdown))) {
    if (token.type === 'heading') {
      const { text, depth } = token as Tokens.Heading;
      const label = labelled(text);
      const current = sections.at(-1)?.depth;
      // A heading below the present one belongs to its text, unless it opens a question of its own.
      const inside =
        current !== undefined &&
        current !== IN_TEXT &&
        depth > current &&
        topicOf(label?.label ?? text) === undefined;
      if (inside) add(text);
      else open(label?.label ?? text, depth, label?.text ?? '');
    } else if (token.type === 'paragraph') {
      for (const line of splitLabels((token as Tokens.Paragraph).raw)) addLine(line, open, add);
    } else if (token.type === 'list') {
      for (const item of (token as Tokens.List).items) addLine(item.text, open, add);
    } else if (token.type === 'table') {
      for (const row of (token as Tokens.Table).rows) {
        const [first, ...rest] = row.map((cell) => cell.text);
        if (first !== undefined) open(first, IN_TEXT, rest.join(' ').trim());
      }
    } else if (token.type !== 'space') {
      add(token.raw);
    }
  }
  return sections.map(({ label, parts }) => ({ label, text: parts.join('\n').trim() }));
}

/** What nests thousands of levels deep is more than the lexer takes; nothing stands in it then. */
function tokensOf(markdown: string): Token[] {
  try {
    // Blocks only: nothing looks at emphasis and links, which take the lexer seconds where there are thousands.
    return new Lexer().blockTokens(markdown.replace(/\r\n?/g, '\n'));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

type Open = (label: string, depth: number, first: string) => void;

function addLine(text: string, open: Open, add: (text: string) => void): void {
  const found = labelled(text);
  if (found === undefined) add(text);
  else open(found.label, IN_TEXT, found.text);
}

/** `**Root cause:** text`, `Root cause: text`. */
function labelled(text: string): { label: string; text: string } | undefined {
  const match =
    /^\s*(?:\[[ xX]\]\s*)?(?:\*\*|__)?([A-Za-z][A-Za-z /-]{2,30}?)(?:\*\*|__)?\s*(?::(?:\*\*|__)?|\s[–—-]\s)\s*([\s\S]*)$/.exec(
      text,
    );
  if (match === null || topicOf(match[1] ?? '') === undefined) return undefined;
  return { label: match[1] ?? '', text: (match[2] ?? '').trim() };
}

/** A paragraph whose lines each begin with a label is several. */
function splitLabels(text: string): string[] {
  const parts: string[] = [];
  for (const line of text.split('\n')) {
    if (parts.length === 0 || labelled(line) !== undefined) parts.push(line);
    else parts.push(`${parts.pop() ?? ''}\n${line}`);
  }
  return parts;
}

function clean(label: string): string {
  return label.replace(/[*_`:#]/g, '').trim();
}

function withoutComments(markdown: string): string {
  return markdown.replace(/<!--[\s\S]*?(?:-->|$)/g, '');
}

/** What the SOP wants to know of every change to production CI/CD. */
export const TOPICS = [
  'root cause',
  'deploy gate',
  'kill switch',
  'verification',
  'logging',
  'rollback',
] as const;
export type Topic = (typeof TOPICS)[number];

const TOPIC_NAMES: Readonly<Record<Topic, RegExp>> = {
  'root cause': /^(root )?causes?$/,
  'deploy gate': /^(deploy )?gates?$/,
  'kill switch': /^kill switch(es)?$/,
  verification: /^(verification|verify|proof)$/,
  logging: /^(logging|logs?|log safety)$/,
  rollback: /^roll ?back$/,
};

/** The topic a label speaks of: `### 3. Kill-switch` speaks of the kill switch. */
export function topicOf(label: string): Topic | undefined {
  const words = label
    .slice(0, 200)
    .toLowerCase()
    .replace(/^[\d.)\s]+/, '')
    .replace(/[-_]/g, ' ')
    .replace(/\(.*\)|[?:]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return TOPICS.find((topic) => TOPIC_NAMES[topic].test(words));
}
