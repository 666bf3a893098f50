import { forTerminal } from '../safety/neutralise.ts';

/** Markup that was made by `html`: everything in it that came from outside is escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Content = Html | string | number | undefined | readonly Content[];

/**
 * Markup from a template: what is put in is escaped, for text and for attributes in double quotes, unless it is
 * markup itself. Invisible and direction-changing characters become visible marks (I-23).
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(
    strings.map((text, index) => (index === 0 ? text : render(values[index - 1]) + text)).join(''),
  );
}

/** Text that is known to be safe: our own style sheets and scripts. */
export function raw(text: string): Html {
  return new Html(text);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escape(text: string): string {
  return forTerminal(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function render(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escape(String(value));
}
