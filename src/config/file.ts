import { readFileSync } from 'node:fs';
import { ConfigurationError } from '../errors.ts';
import { keyOf, lineOf, PARSING, problemIn } from './problem.ts';
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
  if (!parsed.success) throw problemIn({ source, document, lines }, value, parsed.error.issues);
  // zod passes over this key of a record: nobody would learn that the fleet is none.
  const path = ['fleets', '__proto__'];
  if (Object.hasOwn((value as { fleets: object }).fleets, '__proto__'))
    throw new ConfigurationError(
      { source, line: lineOf(document, lines, path), key: keyOf(path) },
      FLEET_NAME,
    );
  return parsed.data;
}
