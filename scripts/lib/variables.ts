/** An environment variable as docs/configuration.md lists it. */
export interface Variable {
  readonly name: string;
  /** The key of a fleet that it goes over; or that it is none of the file's. */
  readonly over?: string;
  readonly means: string;
}

export interface VariableGroup {
  readonly title: string;
  readonly text: string;
  readonly variables: readonly Variable[];
}

/** Every environment variable that Greenlane reads. A test looks for the ones that are missing here. */
export const VARIABLE_GROUPS: readonly VariableGroup[] = [
  {
    title: 'Over the file',
    text: 'As the predecessor names them. In the worker they hold for the fleet that is called `production` or is the only one; in the CI step for the one deploy it starts, as far as the next section allows. Durations are whole seconds. Flags are on for `1 true yes on disabled disable`, off for `0 false no off enabled enable`, in any case; anything else is an error.',
    variables: [
      {
        name: 'PROD_CP_URL',
        over: 'controlPlane.url',
        means: 'Worker only. A workflow’s input never names a URL.',
      },
      {
        name: 'PROD_ALLOW_NON_PROD_CP_URL',
        means:
          'Worker only. Lets the admin token go to a control plane that is not `controlPlane.productionUrl`.',
      },
      {
        name: 'PROD_AUTO_DEPLOY_DISABLED',
        over: 'killSwitch.variable',
        means:
          'The kill switch’s start value: on ends an auto deploy `disabled`, exit 0, with no tenant touched.',
      },
      { name: 'PROD_AUTO_DEPLOY_DRY_RUN', means: 'Read everything, call nothing; outcome `dry_run`.' },
      { name: 'PROD_AUTO_DEPLOY_CANARY_SLUG', over: 'rollout.canary', means: 'Slug of the canary.' },
      { name: 'PROD_AUTO_DEPLOY_SOAK_SECONDS', over: 'rollout.soak', means: 'Soak after a wave.' },
      {
        name: 'PROD_AUTO_DEPLOY_BATCH_SIZE',
        over: 'rollout.batchSize',
        means: 'Tenants per wave, 1 to 500.',
      },
      {
        name: 'PROD_AUTO_DEPLOY_MAX_STRAGGLERS',
        over: 'rollout.maxStragglers',
        means: 'Tenants that may be quarantined, 0 to 100.',
      },
      {
        name: 'PROD_AUTO_DEPLOY_TARGET_TAG',
        means: 'Another tag than the SHA’s own. It must name a commit as `rollout.tag` does (I-28).',
      },
      {
        name: 'PROD_MANUAL_REDEPLOY_TARGET_TAG',
        means: 'What `greenlane redeploy` takes without `--to`. Clear it after use.',
      },
      {
        name: 'PROD_AUTO_DEPLOY_REQUIRED_CONTEXTS',
        over: 'gates.required',
        means: 'Contexts separated by commas or line ends. An empty list is an error (I-08).',
      },
      {
        name: 'PROD_AUTO_DEPLOY_VERIFY_BUDGET_SECONDS',
        over: 'verify.settle',
        means: 'How long tenants may settle.',
      },
      {
        name: 'PROD_AUTO_DEPLOY_VERIFY_INTERVAL_SECONDS',
        over: 'verify.interval',
        means: 'Pause between two looks at tenants.',
      },
      {
        name: 'CI_STATUS_POLL_INTERVAL_SECONDS',
        over: 'gates.poll',
        means: 'How often gates are looked at.',
      },
      {
        name: 'CI_STATUS_TIMEOUT_SECONDS',
        over: 'gates.timeout',
        means: 'How long gates are waited for (I-26).',
      },
    ],
  },
  {
    title: 'Secrets, in the worker only',
    text: 'The CI step needs none of them. `forge.token`, `forge.controlToken` and `controlPlane.token` give them other names. `gates`, `check-superseded`, `sop`, `doctor` and one lint rule read the forge themselves, with the token of the place where they run.',
    variables: [
      {
        name: 'CP_ADMIN_API_TOKEN',
        means: 'Redeploys tenants. Sent to `controlPlane.productionUrl` and nowhere else.',
      },
      { name: 'AUTO_SYNC_TOKEN', means: 'Reads statuses and branches, posts the deploy’s commit status.' },
      {
        name: 'PROD_AUTO_DEPLOY_CONTROL_TOKEN',
        means:
          'Reads Actions variables: the kill switch. Without it the start value alone counts, and every deploy says so.',
      },
    ],
  },
  {
    title: 'In CI',
    text: 'Set by the runner.',
    variables: [
      { name: 'GITHUB_SHA', means: 'The commit, where `--sha` is not given.' },
      {
        name: 'GITHUB_REPOSITORY',
        means: 'Checked for a literal `${{ … }}` only: the repository is `repo` of the fleet.',
      },
      {
        name: 'GITHUB_REF_NAME',
        means: 'Checked for a literal `${{ … }}` only: the branch is `branch` of the fleet.',
      },
      {
        name: 'GITHUB_ACTIONS',
        means: '`true`: groups, annotations and a summary. Also `GITEA_ACTIONS` and `FORGEJO_ACTIONS`.',
      },
      { name: 'GITEA_ACTIONS', means: 'As `GITHUB_ACTIONS`.' },
      { name: 'FORGEJO_ACTIONS', means: 'As `GITHUB_ACTIONS`.' },
      { name: 'GITHUB_STEP_SUMMARY', means: 'File that the summary is appended to.' },
      { name: 'GITHUB_ACTOR', means: 'Stands in the audit trail, with `GITHUB_RUN_ID`.' },
      { name: 'GITHUB_RUN_ID', means: 'Stands in the audit trail.' },
    ],
  },
  {
    title: 'Greenlane’s own',
    text: 'In the worker and on the command line unless it says otherwise.',
    variables: [
      {
        name: 'GREENLANE_CONFIG',
        means: 'The configuration file, where `--config` is not given; default `greenlane.yaml`.',
      },
      {
        name: 'GREENLANE_TASK_QUEUE',
        means: 'The lane; default `publish`. Worker and command line must agree.',
      },
      {
        name: 'GREENLANE_UI_URL',
        means: 'Where people reach Temporal UI, for links in commit statuses and notifications.',
      },
      {
        name: 'GREENLANE_ACTOR',
        means: 'Who gives a command, in the audit trail; default: the CI actor, else user and machine.',
      },
      {
        name: 'GREENLANE_BUILD_ID',
        means:
          'Worker: turns worker versioning on, as this build; `auto` is the identity of the workflow code. Deploys end on the build that began them, the lock moves to the current one (docs/operations.md).',
      },
      {
        name: 'GREENLANE_DEPLOYMENT_NAME',
        means:
          'Name of the worker deployment the builds belong to; default `greenlane`. Worker, and `greenlane setup --current-build`.',
      },
      {
        name: 'GREENLANE_CODEC_KEYS',
        means:
          'Keys that encrypt what Temporal keeps, `id:base64` separated by commas; the first encrypts, all decrypt. A secret, the same in the worker and on the command line (docs/operations.md).',
      },
      {
        name: 'GREENLANE_METRICS_ADDRESS',
        means:
          'Worker: where Prometheus scrapes it, such as `0.0.0.0:9464`; none unless set (docs/observability.md).',
      },
      {
        name: 'GREENLANE_HEALTH_ADDRESS',
        means: 'Worker: where probes ask `/healthz` and `/readyz`, such as `0.0.0.0:9465`; none unless set.',
      },
      { name: 'GREENLANE_LOG_LEVEL', means: 'Worker: `trace`, `debug`, `info` (default), `warn`, `error`.' },
      { name: 'GREENLANE_DEBUG', means: '`1`: an unexpected error is shown with its stack.' },
      {
        name: 'GREENLANE_FAULT_POINTS',
        means:
          'Worker, for tests of Greenlane itself: a directory whose files name points at which it kills itself. Never set it where a fleet is deployed.',
      },
      { name: 'NO_COLOR', means: 'Anything: no colour on a terminal (https://no-color.org).' },
    ],
  },
  {
    title: 'Temporal',
    text: 'The SDK’s own environment configuration; the same in the worker and on the command line. The same settings may stand in its TOML file, in profiles.',
    variables: [
      { name: 'TEMPORAL_ADDRESS', means: 'Host and port of the frontend; default `localhost:7233`.' },
      { name: 'TEMPORAL_NAMESPACE', means: 'Default `default`.' },
      { name: 'TEMPORAL_API_KEY', means: 'Sent with every call; turns TLS on.' },
      { name: 'TEMPORAL_TLS', means: '`true` or `false`: TLS, also without a client certificate.' },
      {
        name: 'TEMPORAL_TLS_CLIENT_CERT_PATH',
        means: 'Client certificate (PEM) for mutual TLS; or its text in `…_CERT_DATA`.',
      },
      { name: 'TEMPORAL_TLS_CLIENT_KEY_PATH', means: 'Its key; or its text in `…_KEY_DATA`.' },
      {
        name: 'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
        means: 'Authority that signed the server’s certificate; or its text in `…_CERT_DATA`.',
      },
      {
        name: 'TEMPORAL_TLS_SERVER_NAME',
        means: 'Name in the server’s certificate, where the address has another one.',
      },
      { name: 'TEMPORAL_CONFIG_FILE', means: 'The SDK’s TOML file, where it is not in its usual place.' },
      { name: 'TEMPORAL_PROFILE', means: 'Profile of that file; default `default`.' },
    ],
  },
  {
    title: 'OpenTelemetry',
    text: 'Traces only; metrics go to Prometheus. OpenTelemetry’s other variables for OTLP (headers, timeout, compression, certificates) work as it documents them.',
    variables: [
      {
        name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        means:
          'Collector that takes OTLP over HTTP, such as `http://collector:4318`. Nothing is traced unless it is set, in the worker and where deploys are started.',
      },
      {
        name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
        means: 'The whole URL for traces, in place of the one above.',
      },
      {
        name: 'OTEL_EXPORTER_OTLP_TIMEOUT',
        means:
          'How long one export may take, in ms; 1000 unless set, because a program that ends waits for it. `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT` goes over it.',
      },
      { name: 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', means: 'As the one above.' },
      { name: 'OTEL_SDK_DISABLED', means: '`true`: no traces.' },
    ],
  },
];
