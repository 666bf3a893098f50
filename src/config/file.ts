import { readFileSync } from 'node:fs';
import type { Document, LineCounter } from 'yaml';
import type * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ConfigurationError } from '../errors.ts';
import { fileSchema, FLEET_NAME, type ConfigFile } from './root.ts';
import { readYaml } from './yaml.ts';

/**
 * Reads and checks `greenlane.yaml`.
 * @throws ConfigurationError naming file, line, key and what was expected; the first problem in file order.
 */
export function readConfigFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const hint =
      code === 'ENOENT'
        ? 'no such file; write one (docs/configuration.md) or name it with --config or GREENLANE_CONFIG'
        : `cannot be read (${code})`;
    throw new ConfigurationError({ source: path }, hint);
  }
  return parseConfig(text, path);
}

/** Checks the text of a configuration; `source` is how messages call it. */
export function parseConfig(text: string, source: string): ConfigFile {
  const { document, lines } = readYaml(text, source);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new ConfigurationError({ source }, 'not usable YAML: too many aliases');
  }
  const parsed = fileSchema.safeParse(value ?? {}, PARSING);
  if (parsed.success) {
    // zod passes over this key of a record: nobody would learn that the fleet is none.
    const path = ['fleets', '__proto__'];
    if (Object.hasOwn((value as { fleets: object }).fleets, '__proto__'))
      throw new ConfigurationError(
        { source, line: lineOf(document, lines, path), key: keyOf(path) },
        FLEET_NAME,
      );
    return parsed.data;
  }
  const first = parsed.error.issues
    .map((issue) => ({ issue, line: lineOf(document, lines, issue.path) }))
    .sort((a, b) => a.line - b.line)[0] as { issue: z.core.$ZodIssue; line: number };
  throw new ConfigurationError(
    { source, line: first.line, key: keyOf(first.issue.path) },
    describe(first.issue, value),
  );
}

/** Compiling a parser costs more than one file is worth, and zod's small build brings no messages of its own. */
const PARSING = { jitless: true, error: en().localeError };

function keyOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/** Line of the value at the path, or of its nearest parent that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as
      { range?: [number, number, number] } | undefined;
    if (node?.range !== undefined) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function describe(issue: z.core.$ZodIssue, root: unknown): string {
  const got = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
  if (issue.code === 'unrecognized_keys')
    return `unknown key ${issue.keys.map((key) => `\`${key}\``).join(', ')}; see docs/configuration.md for the keys there are`;
  if (issue.code === 'invalid_type' && got === undefined) return `missing; expected ${issue.expected}`;
  const shown = got === undefined || typeof got === 'object' ? '' : `, got ${JSON.stringify(got)}`;
  const message = issue.message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '');
  return message.includes(', got ') ? message : `${message}${shown}`;
}
