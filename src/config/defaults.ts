/** Required contexts of the predecessor (docs/configuration.md): each must be `success` on the exact SHA. */
export const DEFAULT_REQUIRED_CONTEXTS: readonly string[] = [
  'CI / Platform (Go) (push)',
  'CI / Canvas (Next.js) (push)',
  'CI / Shellcheck (E2E scripts) (push)',
  'CI / Python Lint & Test (push)',
  'CI / all-required (push)',
  'Secret scan / Scan diff for credential-shaped strings (push)',
];

/**
 * Contexts that only sum up others. One alone is no gate: a skipped or masked job turns it green (I-06).
 * The last segment before the event decides: `CI / all-required (push)`.
 */
export const AGGREGATE_CONTEXT =
  /(^|\/ )(all[-_ ]required|all[-_ ]checks|all[-_ ]green|ci[-_ ]success|required)( \([a-z_]+\))?$/i;

/** Path of the control plane's redeploy call. */
export const REDEPLOY_ENDPOINT = '/cp/admin/tenants/redeploy-fleet';

export const DEFAULT_CONTROL_PLANE_URL = 'https://api.moleculesai.app';

/** Names of the secrets in the worker's environment; each has one job. */
export const DEFAULT_TOKEN_VARIABLES = {
  controlPlane: 'CP_ADMIN_API_TOKEN',
  forge: 'AUTO_SYNC_TOKEN',
  control: 'PROD_AUTO_DEPLOY_CONTROL_TOKEN',
} as const;

export const DEFAULT_LANE = 'publish';
export const DEFAULT_CONFIG_FILE = 'greenlane.yaml';
export const DEFAULT_KILL_SWITCH = 'PROD_AUTO_DEPLOY_DISABLED';
