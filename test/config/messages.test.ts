import { describe, expect, it } from 'vitest';
import { LineCounter, parseDocument, stringify } from 'yaml';
import { configSchema, keysOf } from '../../scripts/config-docs.ts';
import { PARSING, problemIn } from '../../src/config/problem.ts';
import { fileSchema } from '../../src/config/root.ts';

/** A configuration that says everything there is to say. */
const whole = {
  fleets: {
    production: {
      repo: 'acme/core',
      branch: 'main',
      forge: { kind: 'gitea', url: 'https://git.example', token: 'READ', controlToken: 'CONTROL' },
      controlPlane: { url: 'https://cp.example', productionUrl: 'https://cp.example', token: 'ADMIN' },
      tenants: { buildinfoUrl: 'https://{slug}.example/buildinfo' },
      gates: { required: ['CI / test (push)'], timeout: '60m', poll: '15s' },
      rollout: {
        tag: 'staging-{sha7}',
        canary: 'hongming',
        batchSize: 3,
        soak: '60s',
        maxStragglers: 1,
        postTimeout: '10m',
        onFailure: 'stop',
      },
      verify: { settle: '240s', interval: '20s', concurrency: 64, timeout: '10s' },
      killSwitch: { variable: 'OFF' },
      supersede: 'head',
      halt: { deadline: '24h' },
      approval: { required: false, timeout: '4h' },
      freeze: { windows: [{ name: 'n', days: ['fri'], from: '18:00', to: '08:00', timeZone: 'UTC' }] },
      registry: {
        url: 'https://cr.example',
        image: 'acme/core',
        username: 'USER_NAME',
        password: 'PASS',
        pointer: 'current',
      },
      notify: [{ kind: 'webhook', url: 'HOOK', secret: 'KEY', on: ['failed'] }],
      overrides: ['targetTag'],
      tolerant: false,
    },
  },
  lint: {
    workflowDir: 'ci',
    host: 'github',
    fleet: 'production',
    lane: 'publish',
    ordinaryLabel: 'ubuntu-latest',
    branch: 'main',
    required: ['CI / test (push)'],
    tracker: '^#',
    servedActions: ['actions/*'],
    production: {
      controlPlaneUrls: ['https://cp.example'],
      endpoints: ['/redeploy'],
      commands: ['deploy'],
      actions: ['acme/deploy'],
      urlVariables: ['CP_URL'],
      killSwitches: ['OFF'],
      pins: ['PIN'],
      secrets: ['ADMIN'],
      otherStages: ['staging'],
    },
    rules: { 'lane-guest': 'off' },
    overrides: [{ files: ['a.yml'], rules: { 'lane-guest': 'off' } }],
  },
  sop: {
    paths: ['**'],
    reviewers: {
      devops: { teams: ['devops'], users: ['ann'] },
      sre: { teams: ['sre'], users: ['bob'] },
      security: { teams: ['sec'], users: ['eve'] },
    },
    killSwitches: ['OFF'],
    template: 'T.md',
    context: 'sop',
  },
};

type Path = readonly (string | number)[];

/** Every place in a value, parents before children. */
function placesIn(value: unknown, path: Path = []): Path[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) =>
          placesIn(one, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return [path, ...below];
}

function changedAt(
  path: Path,
  change: (holder: Record<string | number, unknown>, key: string | number) => void,
) {
  const root: unknown = { root: structuredClone(whole) };
  const steps = ['root', ...path];
  const last = steps.pop() as string | number;
  change(
    steps.reduce((at, step) => at[step] as never, root as Record<string | number, never>),
    last,
  );
  return (root as { root: unknown }).root;
}

const lines = new LineCounter();
const document = parseDocument(stringify(whole), { lineCounter: lines });

/** What is said of a value that stands in the file in place of the whole; undefined when nothing is wrong with it. */
function messageOf(value: unknown): string | undefined {
  const parsed = fileSchema.safeParse(value, PARSING);
  return parsed.success
    ? undefined
    : problemIn({ source: 'greenlane.yaml', document, lines }, value, parsed.error.issues).message;
}

const WRONG = [null, true, 3, -1, 0.5, Number.NaN, 'x ?', '', [], [[]], {}, { other: 1 }];

describe('A mistake in the configuration', () => {
  it('can be made in every key there is', () => {
    expect(messageOf(whole)).toBeUndefined();
    const written = new Set(
      placesIn(whole).map((path) =>
        path
          .map((part) => (typeof part === 'number' ? '[]' : `.${part}`))
          .join('')
          .slice(1),
      ),
    );
    const schema = configSchema();
    const fleet = schema.properties?.['fleets']?.additionalProperties as typeof schema;
    const documented = [
      ...keysOf(fleet, 'fleets.production.'),
      ...keysOf(schema.properties?.['lint'] ?? {}, 'lint.'),
      ...keysOf(schema.properties?.['sop'] ?? {}, 'sop.'),
    ].map(({ path }) => path);
    expect(documented.length).toBeGreaterThan(75);
    expect(documented.filter((path) => !written.has(path))).toEqual([]);
  });

  it('is told in one line that says where it is, what was expected there, and nothing in the words of a library', () => {
    const mistakes = placesIn(whole).flatMap((path) => [
      ...WRONG.map((value) => changedAt(path, (holder, key) => (holder[key] = value))),
      ...(path.length === 0 ? [] : [changedAt(path, (holder, key) => Reflect.deleteProperty(holder, key))]),
      changedAt(path, (holder, key) => {
        const there = holder[key];
        if (typeof there === 'object' && there !== null) (there as Record<string, unknown>)['no such'] = 1;
      }),
    ]);
    const messages = mistakes.flatMap((value) => messageOf(value) ?? []);
    expect(messages.length).toBeGreaterThan(900);
    const plain =
      /^greenlane\.yaml:\d+:( [\w .[\]-]+:)? (missing; )?(expected |unknown key `|the production fleet fails closed)/;
    expect([...new Set(messages)].filter((message) => !plain.test(message))).toEqual([]);
    const library =
      /invalid|unrecogni[sz]ed|too (small|big)|received|\b(string|boolean|object|record|array|undefined|null|int)\b/i;
    const quoted = /`[^`]*`|"[^"]*"|got an empty string/g;
    expect([...new Set(messages)].filter((one) => library.test(one.replace(quoted, '')))).toEqual([]);
  });
});
