import * as z from 'zod/mini';
import { parseUrl } from '../safety/url.ts';
import { DEFAULT_KILL_SWITCH, DEFAULT_REQUIRED_CONTEXTS, DEFAULT_TOKEN_VARIABLES } from './defaults.ts';
import { described } from './described.ts';
import { duration } from './duration.ts';
import { freezeWindowSchema } from './freeze-window.ts';
import { notification } from './notification.ts';
import { count, environmentName, requiredContexts, tagTemplate, text, url } from './values.ts';

const forge = described(
  'The forge with the commits, their statuses and the kill switch.',
  z.strictObject({
    kind: described('Which API the forge speaks.', z.enum(['gitea', 'forgejo', 'github'])),
    url: described('Base URL of the forge (for github: of its API).', url()),
    token: described(
      "Environment variable of the worker with the token that reads statuses, branches and history, and posts the deploy's status.",
      z._default(environmentName(), DEFAULT_TOKEN_VARIABLES.forge),
    ),
    controlToken: described(
      'Environment variable of the worker with the token that reads Actions variables: the kill switch. Without it the start value alone counts.',
      z._default(environmentName(), DEFAULT_TOKEN_VARIABLES.control),
    ),
  }),
);

const controlPlane = described(
  'The control plane that redeploys tenants.',
  z.strictObject({
    url: described('Origin that redeploys tenants.', url()),
    productionUrl: described(
      'The one origin the admin token may be sent to; another `url` is refused unless PROD_ALLOW_NON_PROD_CP_URL is true in the worker. Default: `url`.',
      z.optional(url()),
    ),
    token: described(
      'Environment variable of the worker with the admin token.',
      z._default(environmentName(), DEFAULT_TOKEN_VARIABLES.controlPlane),
    ),
  }),
);

const gates = described(
  'What must be green before anything is touched.',
  z.prefault(
    z.strictObject({
      required: described(
        'Status contexts that must be `success` on the exact SHA.',
        z._default(requiredContexts, [...DEFAULT_REQUIRED_CONTEXTS]),
      ),
      timeout: described(
        'How long to wait for them; longer than CI takes to drain (I-26).',
        z.prefault(duration(), '60m'),
      ),
      poll: described('How often to look.', z.prefault(duration(), '15s')),
    }),
    {},
  ),
);

const rollout = described(
  'How tenants are redeployed: the canary alone, then waves.',
  z.prefault(
    z.strictObject({
      tag: described("The release's image tag, from its SHA.", z._default(tagTemplate, 'staging-{sha7}')),
      canary: described('Slug of the tenant that goes first, alone.', z._default(z.string(), 'hongming')),
      batchSize: described('Tenants per wave.', z._default(count(1, 500), 3)),
      soak: described('Wait after a wave before the next one.', z.prefault(duration({ zero: true }), '60s')),
      maxStragglers: described(
        'Tenants that may fail and are quarantined by name (I-12). The canary never is.',
        z._default(count(0, 100), 1),
      ),
      postTimeout: described(
        'Budget of one control-plane call; above the worst case of a wave: 5 minutes and 90 s (I-10).',
        z.prefault(duration(), '10m'),
      ),
      onFailure: described(
        'What a failed canary or too many stragglers do: end `failed` where it is, or turn back.',
        z._default(z.enum(['stop', 'rollback']), 'stop'),
      ),
    }),
    {},
  ),
);

const verify = described(
  'How every tenant is proven to run the release.',
  z.prefault(
    z.strictObject({
      settle: described(
        'How long a tenant may still answer with its old SHA after a swap (I-16).',
        z.prefault(duration(), '240s'),
      ),
      interval: described(
        'Pause between two looks at tenants that have not settled.',
        z.prefault(duration(), '20s'),
      ),
      concurrency: described('Tenants asked at once.', z._default(count(1, 1024), 64)),
      timeout: described('Budget of one /buildinfo request.', z.prefault(duration(), '10s')),
    }),
    {},
  ),
);

const registry = described(
  "Where the release's image is looked up before the canary (I-20).",
  z.strictObject({
    url: described('Origin of the OCI registry.', url()),
    image: described(
      'Name of the image.',
      text(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, 'expected an image name such as acme/core'),
    ),
    username: described(
      'Environment variable of the worker with the user name.',
      z.optional(environmentName()),
    ),
    password: described(
      'Environment variable of the worker with the password or token.',
      z.optional(environmentName()),
    ),
    pointer: described(
      'Tag that is moved to the digest after a verified deploy, and only then.',
      z.optional(z.string()),
    ),
  }),
);

/** What a start may change beyond soak, batch size, canary, dry run and stragglers, which it always may. */
export const OVERRIDES = ['targetTag', 'verifyBudget', 'verifyInterval', 'gateTimeout', 'gatePoll'] as const;

export const fleetSchema = z.strictObject({
  repo: described(
    'Repository whose main branch is deployed.',
    text(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
  ),
  branch: described(
    'Only commits of this branch are deployed.',
    z._default(z.string().check(z.minLength(1)), 'main'),
  ),
  forge,
  controlPlane,
  tenants: described(
    'The tenants themselves.',
    z.strictObject({
      buildinfoUrl: described(
        'Where a tenant says which SHA it runs, with `{slug}` in it.',
        z
          .string()
          .check(
            z.refine(
              (value) => value.includes('{slug}') && parseUrl(value.replaceAll('{slug}', 'a')) !== undefined,
              'expected a URL with {slug} in it',
            ),
          ),
      ),
    }),
  ),
  gates,
  rollout,
  verify,
  killSwitch: described(
    'What stops auto deploys without touching a file (docs/steering.md).',
    z.prefault(
      z.strictObject({
        variable: described(
          "The forge's Actions variable, and the start value of the same name.",
          z._default(environmentName(), DEFAULT_KILL_SWITCH),
        ),
      }),
      {},
    ),
  ),
  supersede: described(
    'When a newer commit makes a deploy pointless: as soon as a descendant waits with green gates, as soon as the branch has a newer head, or never.',
    z._default(z.enum(['newest-ready', 'head', 'never']), 'newest-ready'),
  ),
  halt: described(
    'Deploys that were halted.',
    z.prefault(
      z.strictObject({
        deadline: described(
          'A halted deploy that nobody touches ends then, and the fleet is frozen.',
          z.prefault(duration(), '24h'),
        ),
      }),
      {},
    ),
  ),
  approval: described(
    'A person must approve, before the queue.',
    z.prefault(
      z.strictObject({
        required: described(
          'Whether auto deploys wait for `greenlane approve`.',
          z._default(z.boolean(), false),
        ),
        timeout: described('A deploy nobody approves ends then.', z.prefault(duration(), '4h')),
      }),
      {},
    ),
  ),
  freeze: described(
    'When auto deploys wait.',
    z.prefault(
      z.strictObject({
        windows: described(
          'Weekly windows, each with these keys:',
          z._default(z.array(freezeWindowSchema), []),
        ),
      }),
      {},
    ),
  ),
  registry: z.optional(registry),
  notify: described('Who is told of what, each with these keys:', z._default(z.array(notification), [])),
  overrides: described(
    'What a start may change beyond the defaults of the contract.',
    z._default(z.array(z.enum(OVERRIDES)), []),
  ),
  tolerant: described(
    'Stragglers warn instead of failing the deploy. For staging; the production fleet refuses it.',
    z._default(z.boolean(), false),
  ),
});

export type FleetFile = z.output<typeof fleetSchema>;
