import { existsSync, readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, type Document, type LineCounter } from 'yaml';
import { lineOf, PARSING, problemIn } from '../config/problem.ts';
import { readYaml } from '../config/yaml.ts';
import { ConfigurationError } from '../errors.ts';
import type { LintConfig } from './config.ts';
import { RULES } from './rules/index.ts';
import { DEFAULT_PRODUCTION, DEFAULT_SETTINGS, type Requirement, type Settings } from './settings.ts';

export interface LoadSettings {
  /** Absolute path of `greenlane.yaml`. */
  readonly path: string;
  /** How it is called in findings, relative to the root. */
  readonly name: string;
  /** A file that was named must be there; the default one need not. */
  readonly mustExist: boolean;
  readonly fleet?: string;
}

/**
 * The linter's settings from `greenlane.yaml`: its section `lint:`, and what it needs of the fleet. The rest of the
 * file is not checked here (`greenlane self-test` does), and the schema is loaded only when there is a section.
 * @throws ConfigurationError for a file that cannot be read or a section that is wrong.
 */
export async function loadSettings(options: LoadSettings): Promise<Settings> {
  if (!options.mustExist && !existsSync(options.path)) return DEFAULT_SETTINGS;
  let text: string;
  try {
    text = readFileSync(options.path, 'utf8');
  } catch (error) {
    throw new ConfigurationError(
      { source: options.name },
      `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
  }
  const { document, lines } = readYaml(text, options.name);
  const section = await lintSection(document, lines, options.name);
  return settingsFrom(document, lines, section, options);
}

async function lintSection(document: Document, lines: LineCounter, source: string): Promise<LintConfig> {
  const value = plain(document, ['lint']);
  if (value === undefined) return {};
  const { lintConfigSchema } = await import('./config.ts');
  const parsed = lintConfigSchema.safeParse(value, PARSING);
  if (!parsed.success) throw problemIn({ source, document, lines }, value, parsed.error.issues, ['lint']);
  const section = parsed.data;
  const known = new Set(RULES.map(({ id }) => id));
  const levels = [
    { path: ['lint', 'rules'], rules: section.rules ?? {} },
    ...(section.overrides ?? []).map(({ rules }, index) => ({
      path: ['lint', 'overrides', index, 'rules'],
      rules,
    })),
  ];
  for (const { path, rules } of levels) {
    const unknown = Object.keys(rules).find((rule) => !known.has(rule));
    if (unknown !== undefined) {
      throw new ConfigurationError(
        { source, line: lineOf(document, lines, path), key: [...path, unknown].join('.') },
        'there is no such rule; docs/lint.md lists them',
      );
    }
  }
  return section;
}

function settingsFrom(
  document: Document,
  lines: LineCounter,
  section: LintConfig,
  options: LoadSettings,
): Settings {
  const fleet = fleetPath(document, section.fleet ?? options.fleet);
  const forgeKind = fleet === undefined ? undefined : scalar(document, [...fleet, 'forge', 'kind']);
  const branch = section.branch ?? (fleet === undefined ? undefined : scalar(document, [...fleet, 'branch']));
  const required =
    section.required !== undefined
      ? requirements(document, lines, ['lint', 'required'], options.name)
      : fleet === undefined
        ? []
        : requirements(document, lines, [...fleet, 'gates', 'required'], options.name);
  const urls =
    fleet === undefined
      ? []
      : ['productionUrl', 'url']
          .flatMap((key) => scalar(document, [...fleet, 'controlPlane', key]) ?? [])
          .slice(0, 1);
  const killSwitch = fleet === undefined ? undefined : scalar(document, [...fleet, 'killSwitch', 'variable']);
  const { workflowDir, host, ordinaryLabel, servedActions, tracker, lane } = section;
  return {
    ...DEFAULT_SETTINGS,
    ...(host === undefined ? {} : { host }),
    ...(workflowDir === undefined ? {} : { workflowDir }),
    ...(forgeKind === undefined ? {} : { forgeKind }),
    ...(branch === undefined ? {} : { branch }),
    ...(required.length === 0 && section.required === undefined
      ? {}
      : { required, requiredConfigured: true }),
    ...(lane === undefined ? {} : { lane }),
    ...(ordinaryLabel === undefined ? {} : { ordinaryLabel }),
    ...(servedActions === undefined ? {} : { servedActions }),
    ...(tracker === undefined ? {} : { tracker: new RegExp(tracker) }),
    production: {
      ...DEFAULT_PRODUCTION,
      ...(urls.length === 0 ? {} : { controlPlaneUrls: urls }),
      ...(killSwitch === undefined ? {} : { killSwitches: [killSwitch] }),
      ...stripUndefined(section.production ?? {}),
    },
    rules: section.rules ?? {},
    overrides: section.overrides ?? [],
  };
}

function stripUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function fleetPath(document: Document, name: string | undefined): string[] | undefined {
  const fleets = document.get('fleets', true);
  if (!isMap(fleets)) return undefined;
  const names = fleets.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []));
  const chosen =
    name ?? (names.includes('production') ? 'production' : names.length === 1 ? names[0] : undefined);
  return chosen !== undefined && names.includes(chosen) ? ['fleets', chosen] : undefined;
}

function scalar(document: Document, path: readonly unknown[]): string | undefined {
  const value = document.getIn(path);
  return typeof value === 'string' ? value : undefined;
}

function requirements(
  document: Document,
  lines: LineCounter,
  path: readonly unknown[],
  file: string,
): Requirement[] {
  const list = document.getIn(path, true);
  if (!isSeq(list)) return [];
  return list.items.flatMap((item) => {
    if (!isScalar(item) || typeof item.value !== 'string') return [];
    const { line, col } = lines.linePos(item.range?.[0] ?? 0);
    return [{ context: item.value.trim(), place: { file, line, column: col } }];
  });
}

function plain(document: Document, path: readonly unknown[]): unknown {
  const node = document.getIn(path, true);
  try {
    return isMap(node) || isSeq(node) || isScalar(node) ? node.toJS(document, { maxAliasCount: 100 }) : node;
  } catch {
    return '';
  }
}
