import { z } from 'zod';
import {
  AGGREGATE_CONTEXT,
  DEFAULT_KILL_SWITCH,
  DEFAULT_REQUIRED_CONTEXTS,
  DEFAULT_TOKEN_VARIABLES,
} from './defaults.ts';
import { duration } from './duration.ts';
import { freezeWindowSchema } from './freeze-window.ts';

const environmentName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'expected the name of an environment variable such as CP_ADMIN_API_TOKEN');

const url = z.string().refine((text) => URL.canParse(text), 'expected a URL such as https://api.example.com');

const count = (minimum: number, maximum: number) =>
  z.int(`expected a whole number from ${minimum} to ${maximum}`).min(minimum).max(maximum);

/** A tag holds what makes a release: an immutable part of the SHA. `latest` names nothing (I-28). */
const tagTemplate = z
  .string()
  .regex(
    /^[\w.-]*\{sha7\}[\w.-]*$|^[\w.-]*\{sha\}[\w.-]*$/,
    'expected a tag with {sha7} or {sha} in it, such as staging-{sha7}',
  );

const requiredContexts = z
  .array(z.string().trim().min(1, 'expected the name of a status context, got an empty string'))
  .min(1, 'expected at least one context: all of nothing is not green (I-08)')
  .refine(
    (contexts) => !contexts.every((context) => AGGREGATE_CONTEXT.test(context)),
    'the only required context is an aggregate, which a masked job turns green: name the jobs themselves as well',
  );

const forge = z
  .strictObject({
    kind: z.enum(['gitea', 'forgejo', 'github']).describe('Which API the forge speaks.'),
    url: url.describe('Base URL of the forge (for github: of its API).'),
    token: environmentName
      .default(DEFAULT_TOKEN_VARIABLES.forge)
      .describe(
        "Environment variable of the worker with the token that reads statuses, branches and history, and posts the deploy's status.",
      ),
    controlToken: environmentName
      .default(DEFAULT_TOKEN_VARIABLES.control)
      .describe(
        'Environment variable of the worker with the token that reads Actions variables: the kill switch. Without it the start value alone counts.',
      ),
  })
  .describe('The forge with the commits, their statuses and the kill switch.');

const controlPlane = z
  .strictObject({
    url: url.describe('Origin that redeploys tenants.'),
    productionUrl: url
      .optional()
      .describe(
        'The one origin the admin token may be sent to; another `url` is refused unless PROD_ALLOW_NON_PROD_CP_URL is true in the worker. Default: `url`.',
      ),
    token: environmentName
      .default(DEFAULT_TOKEN_VARIABLES.controlPlane)
      .describe('Environment variable of the worker with the admin token.'),
  })
  .describe('The control plane that redeploys tenants.');

const gates = z
  .strictObject({
    required: requiredContexts
      .default([...DEFAULT_REQUIRED_CONTEXTS])
      .describe('Status contexts that must be `success` on the exact SHA.'),
    timeout: duration()
      .prefault('60m')
      .describe('How long to wait for them; longer than CI takes to drain (I-26).'),
    poll: duration().prefault('15s').describe('How often to look.'),
  })
  .prefault({})
  .describe('What must be green before anything is touched.');

const rollout = z
  .strictObject({
    tag: tagTemplate.default('staging-{sha7}').describe("The release's image tag, from its SHA."),
    canary: z.string().default('hongming').describe('Slug of the tenant that goes first, alone.'),
    batchSize: count(1, 500).default(3).describe('Tenants per wave.'),
    soak: duration({ zero: true }).prefault('60s').describe('Wait after a wave before the next one.'),
    maxStragglers: count(0, 100)
      .default(1)
      .describe('Tenants that may fail and are quarantined by name (I-12). The canary never is.'),
    postTimeout: duration()
      .prefault('10m')
      .describe(
        'Budget of one control-plane call; above the worst case of a wave: 5 minutes and 90 s (I-10).',
      ),
    onFailure: z
      .enum(['stop', 'rollback'])
      .default('stop')
      .describe('What a failed canary or too many stragglers do: end `failed` where it is, or turn back.'),
  })
  .prefault({})
  .describe('How tenants are redeployed: the canary alone, then waves.');

const verify = z
  .strictObject({
    settle: duration()
      .prefault('240s')
      .describe('How long a tenant may still answer with its old SHA after a swap (I-16).'),
    interval: duration()
      .prefault('20s')
      .describe('Pause between two looks at tenants that have not settled.'),
    concurrency: count(1, 1024).default(64).describe('Tenants asked at once.'),
    timeout: duration().prefault('10s').describe('Budget of one /buildinfo request.'),
  })
  .prefault({})
  .describe('How every tenant is proven to run the release.');

const registry = z
  .strictObject({
    url: url.describe('Origin of the OCI registry.'),
    image: z
      .string()
      .regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, 'expected an image name such as acme/core')
      .describe('Name of the image.'),
    username: environmentName.optional().describe('Environment variable of the worker with the user name.'),
    password: environmentName
      .optional()
      .describe('Environment variable of the worker with the password or token.'),
    pointer: z
      .string()
      .optional()
      .describe('Tag that is moved to the digest after a verified deploy, and only then.'),
  })
  .describe("Where the release's image is looked up before the canary (I-20).");

export const NOTIFY_EVENTS = [
  'started',
  'halted',
  'failed',
  'rolled_back',
  'approval',
  'superseded',
  'deployed',
] as const;

const notification = z.strictObject({
  kind: z
    .enum(['webhook', 'slack'])
    .describe('A signed webhook of JSON, or a message in Slack’s format (docs/notifications.md).'),
  url: environmentName.describe('Environment variable of the worker with the URL (it is a secret).'),
  secret: environmentName
    .optional()
    .describe('Environment variable of the worker with the key that signs webhooks.'),
  on: z
    .array(z.enum(NOTIFY_EVENTS))
    .default(['halted', 'failed', 'rolled_back', 'approval'])
    .describe('Which events are sent.'),
});

/** What a start may change beyond soak, batch size, canary, dry run and stragglers, which it always may. */
export const OVERRIDES = ['targetTag', 'verifyBudget', 'verifyInterval', 'gateTimeout', 'gatePoll'] as const;

export const fleetSchema = z.strictObject({
  repo: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name')
    .describe('Repository whose main branch is deployed.'),
  branch: z.string().min(1).default('main').describe('Only commits of this branch are deployed.'),
  forge,
  controlPlane,
  tenants: z
    .strictObject({
      buildinfoUrl: z
        .string()
        .refine(
          (text) => text.includes('{slug}') && URL.canParse(text.replaceAll('{slug}', 'a')),
          'expected a URL with {slug} in it',
        )
        .describe('Where a tenant says which SHA it runs, with `{slug}` in it.'),
    })
    .describe('The tenants themselves.'),
  gates,
  rollout,
  verify,
  killSwitch: z
    .strictObject({
      variable: environmentName
        .default(DEFAULT_KILL_SWITCH)
        .describe("The forge's Actions variable, and the start value of the same name."),
    })
    .prefault({})
    .describe('What stops auto deploys without touching a file (docs/steering.md).'),
  supersede: z
    .enum(['newest-ready', 'head', 'never'])
    .default('newest-ready')
    .describe(
      'When a newer commit makes a deploy pointless: as soon as a descendant waits with green gates, as soon as the branch has a newer head, or never.',
    ),
  halt: z
    .strictObject({
      deadline: duration()
        .prefault('24h')
        .describe('A halted deploy that nobody touches ends then, and the fleet is frozen.'),
    })
    .prefault({})
    .describe('Deploys that were halted.'),
  approval: z
    .strictObject({
      required: z.boolean().default(false).describe('Whether auto deploys wait for `greenlane approve`.'),
      timeout: duration().prefault('4h').describe('A deploy nobody approves ends then.'),
    })
    .prefault({})
    .describe('A person must approve, before the queue.'),
  freeze: z
    .strictObject({
      windows: z.array(freezeWindowSchema).default([]).describe('Weekly windows, each with these keys:'),
    })
    .prefault({})
    .describe('When auto deploys wait.'),
  registry: registry.optional(),
  notify: z.array(notification).default([]).describe('Who is told of what, each with these keys:'),
  overrides: z
    .array(z.enum(OVERRIDES))
    .default([])
    .describe('What a start may change beyond the defaults of the contract.'),
  tolerant: z
    .boolean()
    .default(false)
    .describe('Stragglers warn instead of failing the deploy. For staging; the production fleet refuses it.'),
});

export type FleetFile = z.output<typeof fleetSchema>;
