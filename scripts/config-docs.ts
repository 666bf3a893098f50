/**
 * Writes docs/configuration.md and docs/greenlane.schema.json from the schema of greenlane.yaml and the list of
 * environment variables: `npx tsx scripts/config-docs.ts`. A test fails when the files are not what this makes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { fileSchema } from '../src/config/root.ts';
import { OVERRIDES } from '../src/config/schema.ts';
import { VARIABLE_GROUPS, type VariableGroup } from './lib/variables.ts';

/** A JSON Schema, as far as the configuration's has parts. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
}

/** The schema of greenlane.yaml as editors read it. */
export function configSchema(): Schema {
  return {
    ...(z.toJSONSchema(fileSchema, { io: 'input', unrepresentable: 'any' }) as Schema),
    title: 'greenlane.yaml',
  } as Schema;
}

/** Every key of a fleet with its dotted path, parents before children; those of a list’s items end in `[]`. */
export function keysOf(schema: Schema, prefix = ''): { path: string; schema: Schema; required: boolean }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) === true;
    const items = property.items?.properties === undefined ? [] : keysOf(property.items, `${path}[].`);
    return [{ path, schema: property, required }, ...keysOf(property, `${path}.`), ...items];
  });
}

/** The schema of one fleet. */
export function fleetSchemaOf(schema: Schema): Schema {
  return schema.properties?.['fleets']?.additionalProperties as Schema;
}

/** The text of docs/configuration.md. */
export function configDocs(): string {
  const example = readFileSync(fileURLToPath(new URL('../greenlane.yaml', import.meta.url)), 'utf8');
  return `<!-- Made by scripts/config-docs.ts from the schema (src/config) and scripts/lib/variables.ts. Change those, then run it. -->
# Configuration

One file, \`greenlane.yaml\`, read by the worker and by the command line, and the environment over it. No secret stands in the file: it names environment variables of the worker. The first thing that is wrong is said in one line with file, line and key, and the exit code is 2.

Editors check the file with [greenlane.schema.json](greenlane.schema.json): \`# yaml-language-server: $schema=docs/greenlane.schema.json\` in its first line.

\`\`\`yaml
${example.trimEnd()}
\`\`\`

A duration is \`60m\`, \`15s\`, \`1.5h\`, or a number of seconds; more than 30 days is refused.

## Keys of a fleet

Below \`fleets.<name>\`. A name has small letters, digits and dashes. Commands mean \`--fleet\`, else \`production\`, else the only one.

${keyTable(fleetSchemaOf(configSchema()))}
Beside \`fleets\`: \`lint\` (docs/lint.md) and \`sop\` (docs/sop.md); a mistake in them is refused by every command that reads the file.

## Environment variables

A value that still holds \`\${{ … }}\` was not interpolated by the CI server and is an error that names the variable (I-25). An empty variable counts as not set.

${VARIABLE_GROUPS.map(variableTable).join('\n')}
## What a start may change

URLs, tokens, repository, branch, tag template, approval, \`onFailure\`, \`tolerant\`, registry and notifications are the worker's own: nobody who can start a workflow can send the admin token elsewhere or make a deploy weaker than the worker allows.

| a start (\`greenlane deploy\` in CI, with the variables above) may | |
|---|---|
| add required contexts | always; it never takes one away |
| change canary, soak, batch size, stragglers; make it a dry run | always |
| say that the kill switch is on | always |
${OVERRIDES.map((name) => `| ${OVERRIDE_WORDS[name]} | where \`overrides\` of the fleet has \`${name}\` |`).join('\n')}
| change anything else | never |

A value that is the worker's own changes nothing and passes: a CI step may carry the same variables as the worker.
`;
}

const OVERRIDE_WORDS: Readonly<Record<(typeof OVERRIDES)[number], string>> = {
  targetTag: 'deploy another tag than the SHA’s own',
  verifyBudget: 'change `verify.settle`',
  verifyInterval: 'change `verify.interval`',
  gateTimeout: 'change `gates.timeout`',
  gatePoll: 'change `gates.poll`',
};

function keyTable(fleet: Schema): string {
  const rows = keysOf(fleet).map(({ path, schema, required }) => {
    const { description = '' } = schema;
    return `| \`${path}\` | ${kindOf(schema)} | ${required ? '**required**' : defaultOf(schema)} | ${cell(description)} |`;
  });
  return `| key | value | default | means |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function kindOf({ type, enum: values, pattern, minimum, maximum, items }: Schema): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(' ');
  if (pattern === '^[A-Z][A-Z0-9_]*$') return 'variable';
  if (type === 'integer') return `${minimum} to ${maximum}`;
  if (type === 'boolean') return '`true` `false`';
  if (type === 'array')
    return items?.type === 'object'
      ? 'list'
      : `list of ${items?.enum === undefined ? 'texts' : kindOf(items)}`;
  if (type === 'object') return '';
  return Array.isArray(type) ? 'duration' : 'text';
}

function defaultOf({ default: value, type }: Schema): string {
  if (type === 'object' || value === undefined) return '';
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((one) => `\`${String(one)}\``).join('<br>');
  return `\`${String(value)}\``;
}

function variableTable({ title, text, variables }: VariableGroup): string {
  const over = variables.some((variable) => variable.over !== undefined);
  const head = over ? '| variable | over | means |\n|---|---|---|' : '| variable | means |\n|---|---|';
  const rows = variables.map(({ name, over: key, means }) =>
    over
      ? `| \`${name}\` | ${key === undefined ? '' : `\`${key}\``} | ${cell(means)} |`
      : `| \`${name}\` | ${cell(means)} |`,
  );
  return `### ${title}\n\n${text}\n\n${head}\n${rows.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const docs = (name: string): string => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
  writeFileSync(docs('configuration.md'), configDocs());
  writeFileSync(docs('greenlane.schema.json'), `${JSON.stringify(configSchema(), null, 2)}\n`);
}
