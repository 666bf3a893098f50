import { LineCounter, parseDocument, type Document } from 'yaml';
import { ConfigurationError } from '../errors.ts';

/**
 * Parses the text of a configuration; `source` is how messages call it.
 * @throws ConfigurationError with the line of the first thing that is no YAML.
 */
export function readYaml(
  text: string,
  source: string,
): { readonly document: Document; readonly lines: LineCounter } {
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  } catch (error) {
    // The parser calls itself.
    if (error instanceof RangeError)
      throw new ConfigurationError({ source }, 'not usable YAML: nested too deeply');
    throw error;
  }
  const broken = document.errors[0];
  if (broken !== undefined)
    throw new ConfigurationError(
      { source, line: lines.linePos(broken.pos[0]).line },
      `not valid YAML: ${broken.message}`,
    );
  return { document, lines };
}
