import {
  DEFAULT_CONTROL_PLANE_URL,
  DEFAULT_KILL_SWITCH,
  DEFAULT_LANE,
  DEFAULT_REQUIRED_CONTEXTS,
  DEFAULT_TOKEN_VARIABLES,
  REDEPLOY_ENDPOINT,
} from '../config/defaults.ts';
import type { HostId } from './host.ts';

export type RuleLevel = 'error' | 'warning' | 'off';

/** What makes a job a production deploy, and what it must have (docs/lint.md, "Production"). */
export interface ProductionSettings {
  /** Origins of the control plane of production. */
  readonly controlPlaneUrls: readonly string[];
  /** Paths that redeploy tenants. */
  readonly endpoints: readonly string[];
  /** Commands that deploy: `greenlane deploy`, a script's name. */
  readonly commands: readonly string[];
  /** Actions that deploy, without their version. */
  readonly actions: readonly string[];
  /** Variables that hold the control plane's URL. */
  readonly urlVariables: readonly string[];
  /** Variables that stop auto deploys. */
  readonly killSwitches: readonly string[];
  /** Variables that pin or roll back to a tag. */
  readonly pins: readonly string[];
  /** Secrets that open production. */
  readonly secrets: readonly string[];
  /** What marks a control plane that is not production's, in a URL or a variable's name. */
  readonly otherStages: readonly string[];
}

/** A required context and where it is demanded, when a file demands it. */
export interface Requirement {
  readonly context: string;
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

/** Rule levels for files that match. */
export interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, RuleLevel>>;
}

/** Everything the linter is told, defaults filled in. */
export interface Settings {
  readonly host?: HostId;
  readonly workflowDir?: string;
  /** Kind of the forge in the configuration; decides the host when nothing else does. */
  readonly forgeKind?: string;
  readonly branch: string;
  readonly required: readonly Requirement[];
  /** Whether somebody configured `required`: only then is a context that no workflow emits a finding of its own. */
  readonly requiredConfigured: boolean;
  readonly lane: string;
  /** Label `--fix` gives to a job that must leave the lane; none: that is left to a person. */
  readonly ordinaryLabel?: string;
  /** A comment that names the issue behind a `continue-on-error`. */
  readonly tracker: RegExp;
  /** Short action references the host's default actions URL serves, as globs; undefined: not checked. */
  readonly servedActions?: readonly string[];
  readonly production: ProductionSettings;
  readonly rules: Readonly<Record<string, RuleLevel>>;
  readonly overrides: readonly Override[];
}

export const DEFAULT_PRODUCTION: ProductionSettings = {
  controlPlaneUrls: [DEFAULT_CONTROL_PLANE_URL],
  endpoints: [REDEPLOY_ENDPOINT],
  commands: ['greenlane deploy', 'greenlane redeploy', 'greenlane rollback'],
  actions: [],
  urlVariables: ['PROD_CP_URL', 'CP_URL'],
  killSwitches: [DEFAULT_KILL_SWITCH],
  pins: ['PROD_MANUAL_REDEPLOY_TARGET_TAG', 'PROD_AUTO_DEPLOY_TARGET_TAG'],
  secrets: [DEFAULT_TOKEN_VARIABLES.controlPlane, DEFAULT_TOKEN_VARIABLES.control],
  otherStages: ['staging', 'stage', 'sandbox', 'preview', 'localhost', '127.0.0.1'],
};

/** `# tracker: <issue>`: a number, an `owner/repo#7` or a URL. */
export const DEFAULT_TRACKER = /^#\s*tracker:\s*\S+/i;

export const DEFAULT_SETTINGS: Settings = {
  branch: 'main',
  required: DEFAULT_REQUIRED_CONTEXTS.map((context) => ({ context })),
  requiredConfigured: false,
  lane: DEFAULT_LANE,
  tracker: DEFAULT_TRACKER,
  production: DEFAULT_PRODUCTION,
  rules: {},
  overrides: [],
};
