/**
 * Writes docs/lint.md from the rules, their examples run through the linter: `npx tsx scripts/lint-docs.ts`.
 * A test fails when the file is not what this makes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { lintConfigSchema } from '../src/lint/config.ts';
import { whyOf } from '../src/lint/explain.ts';
import { HOSTS, hostFacts } from '../src/lint/host.ts';
import { lintFiles } from '../src/lint/index.ts';
import { loadSettings } from '../src/lint/load-settings.ts';
import type { Rule, RuleExample } from '../src/lint/rule.ts';
import { RULES } from '../src/lint/rules/index.ts';
import { DEFAULT_PRODUCTION } from '../src/lint/settings.ts';

const CONFIGURATION = /^(greenlane\.yaml|\.runners)$/;

/** The text of docs/lint.md. */
export async function lintDocs(): Promise<string> {
  const sections = await Promise.all(RULES.map(section));
  return `${introduction()}\n## Rules\n\n${table()}\n${sections.join('\n')}`;
}

function introduction(): string {
  return `<!-- Made by scripts/lint-docs.ts from the rules themselves. Change those, then run it. -->
# greenlane lint

Reads CI workflow files the way the forge reads them, and says what the forge will not: which files it drops without a word, which gates cannot go red, which deploys cannot be stopped, and where secrets end up.

\`\`\`sh
greenlane lint                                  # .gitea/workflows, else .forgejo/workflows, else .github/workflows
greenlane lint --workflow-dir ci --host forgejo
greenlane lint .gitea/workflows/deploy.yml      # its neighbours are read for rules that compare files
greenlane lint --format github                  # annotations; also text, json, sarif
greenlane lint --fix                            # names, lanes, unnamed files
greenlane lint --explain raw-answer
\`\`\`

| exit | means |
|---|---|
| 0 | clean, or warnings only; also: there are no workflow files (a notice says so) |
| 1 | at least one error |
| 2 | a file that cannot be read or parsed, a wrong option, a wrong configuration |

The host is \`--host\`, else \`lint.host\`, else what the forge of the fleet is, else what the directory says: ${HOSTS.map((id) => `\`${id}\``).join(', ')}. \`.gitea\` means Gitea 1.22, the host with the most traps.

Positions come from the YAML document; scripts are parsed as shell, expressions as expressions, jq programs as jq. Nothing is run. Other languages (\`python3 - <<PY\`) are looked into only for the address of a production redeploy.

JSON has a schema: [report.schema.json](../src/lint/format/report.schema.json). SARIF is version 2.1.0.

In CI and before a commit: see [examples/lint](../examples/lint).

## Suppressing

\`# greenlane: ignore[rule] reason\` on the line of the finding, or on a line of its own above it, in YAML or in a script. Several rules are separated by commas. Without a reason it suppresses nothing, and a suppression with nothing to suppress is a finding.

A known failure under \`continue-on-error\` names its issue: \`# tracker: acme/core#412\`.

## Configuration

The section \`lint:\` of \`greenlane.yaml\`. Required contexts, branch, forge, control plane and kill switch come from the fleet; what stands here goes first.

\`\`\`yaml
lint:
  host: gitea-1.22
  lane: publish
  rules:
    ignored-key: off
  overrides:
    - files: ['.gitea/workflows/legacy-*.yml']
      rules: { github-api: off }
\`\`\`

${keys()}
### Production

A job redeploys production when a command of it is one of \`production.commands\`, when it sends something to one of \`production.endpoints\` (by \`curl\`, by any other program, by a script that is fed to an interpreter), or when it uses one of \`production.actions\`. A control plane of another stage does not count: its URL or its variable is marked by one of \`production.otherStages\`. Neither does a dry run, and nothing that is only printed. The defaults:

\`\`\`yaml
${Object.entries(DEFAULT_PRODUCTION)
  .map(([key, values]) => `${key}: ${JSON.stringify(values)}`)
  .join('\n')}
\`\`\`
`;
}

function keys(): string {
  const schema = z.toJSONSchema(lintConfigSchema, { io: 'input' }) as {
    properties: Record<string, { description?: string }>;
  };
  const rows = Object.entries(schema.properties).map(
    ([key, { description }]) => `| \`${key}\` | ${description ?? ''} |`,
  );
  return `| key | means |\n|---|---|\n${rows.join('\n')}\n`;
}

function table(): string {
  const rows = RULES.map(
    ({ id, title, severity, hosts }) => `| [${id}](#${id}) | ${title} | ${severity} | ${hostNames(hosts)} |`,
  );
  return `| rule | what must hold | default | hosts |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function hostNames(hosts: Rule['hosts']): string {
  return hosts.length === HOSTS.length ? 'all' : hosts.map((id) => hostFacts(id).label).join(', ');
}

async function section(rule: Rule): Promise<string> {
  return `### ${rule.id}

${rule.title}

**Why.** ${whyOf(rule)}

**Fix.** ${rule.fix}

${rule.docs}

Bad:

${shown(rule.examples.bad)}
\`\`\`text
${await found(rule)}
\`\`\`

Good:

${shown(rule.examples.good)}`;
}

function shown(example: RuleExample): string {
  return Object.entries(example)
    .filter(([file]) => file !== '.runners')
    .map(([file, text]) => `\`\`\`yaml\n# ${file}\n${text.replaceAll('\r', '').trimEnd()}\n\`\`\`\n`)
    .join('\n');
}

/** What the linter says of the bad example: the findings of this rule, one line each. */
async function found(rule: Rule): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'greenlane-docs-'));
  try {
    for (const [file, text] of Object.entries(rule.examples.bad)) {
      const path = join(root, CONFIGURATION.test(file) ? file : join('.gitea/workflows', file));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    const config = await loadSettings({
      path: join(root, 'greenlane.yaml'),
      name: 'greenlane.yaml',
      mustExist: false,
    });
    const runners = rule.examples.bad['.runners'];
    const { findings } = lintFiles({
      root,
      config,
      ...(rule.hosts[0] === undefined ? {} : { host: rule.hosts[0] }),
      ...(runners === undefined ? {} : { runnerLabels: [runners] }),
    });
    const own = findings.filter((finding) => finding.rule === rule.id);
    return own
      .map(
        ({ file, line, column, severity, message }) =>
          `${file.replace('.gitea/workflows/', '')}:${line}:${column}: ${severity}: ${message} [${rule.id}]`,
      )
      .join('\n');
  } finally {
    rmSync(root, { recursive: true });
  }
}

const target = fileURLToPath(new URL('../docs/lint.md', import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, await lintDocs());
