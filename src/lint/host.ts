/** The forges whose reading of a workflow file is known, by the version that was looked at. */
export const HOSTS = ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'] as const;

export type HostId = (typeof HOSTS)[number];

/** What one forge does with a workflow file. Facts, each from its parser or its documentation. */
export interface Host {
  readonly id: HostId;
  /** How messages call it. */
  readonly label: string;
  /** Keys at the top of a workflow that are read past without a word. */
  readonly ignoredWorkflowKeys: readonly string[];
  /** Keys of a job that are read past without a word. */
  readonly ignoredJobKeys: readonly string[];
  /** Whether `run` without `shell` fails when any command of a pipe fails. */
  readonly pipefailByDefault: boolean;
  /** Whether a file without `name:` loses its place in the status context. */
  readonly needsName: boolean;
  /** Events that start a run; anything else is parsed and never fires. `undefined`: not known, nothing is said. */
  readonly events: readonly string[] | undefined;
}

const GITEA_EVENTS = [
  'create',
  'delete',
  'fork',
  'gollum',
  'issue_comment',
  'issues',
  'pull_request',
  'pull_request_comment',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
  'push',
  'registry_package',
  'release',
  'schedule',
  'workflow_call',
] as const;

const FACTS: Record<HostId, Host> = {
  'gitea-1.22': {
    id: 'gitea-1.22',
    label: 'Gitea 1.22',
    ignoredWorkflowKeys: ['concurrency', 'permissions'],
    ignoredJobKeys: ['concurrency', 'permissions', 'environment', 'timeout-minutes'],
    pipefailByDefault: true,
    needsName: true,
    events: GITEA_EVENTS,
  },
  'gitea-1.26': {
    id: 'gitea-1.26',
    label: 'Gitea 1.26',
    ignoredWorkflowKeys: [],
    ignoredJobKeys: ['environment', 'timeout-minutes'],
    pipefailByDefault: true,
    needsName: true,
    events: undefined,
  },
  forgejo: {
    id: 'forgejo',
    label: 'Forgejo',
    ignoredWorkflowKeys: ['permissions'],
    ignoredJobKeys: ['permissions', 'environment'],
    pipefailByDefault: true,
    needsName: false,
    events: undefined,
  },
  github: {
    id: 'github',
    label: 'GitHub',
    ignoredWorkflowKeys: [],
    ignoredJobKeys: [],
    pipefailByDefault: false,
    needsName: false,
    events: undefined,
  },
};

/** The facts of one forge. */
export function hostFacts(id: HostId): Host {
  return FACTS[id];
}

/** The forge a workflow directory is written for, when nobody says; `forge` is the `kind` of the configuration. */
export function defaultHost(workflowDir: string, forge: string | undefined): HostId {
  if (forge === 'github') return 'github';
  if (forge === 'forgejo') return 'forgejo';
  if (forge === 'gitea') return 'gitea-1.22';
  const path = workflowDir.replaceAll('\\', '/');
  if (/(^|\/)\.forgejo(\/|$)/.test(path)) return 'forgejo';
  if (/(^|\/)\.github(\/|$)/.test(path)) return 'github';
  return 'gitea-1.22';
}
