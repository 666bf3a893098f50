import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greenlane } from '../support/cli.ts';

const FILE = `
fleets:
  production:
    repo: acme/core
    forge: { kind: gitea, url: https://git.example }
    controlPlane: { url: https://api.moleculesai.app, productionUrl: https://api.moleculesai.app }
    tenants: { buildinfoUrl: "https://{slug}.moleculesai.app/buildinfo" }
`;
const TOKEN = 'token-that-must-go-nowhere-else';

let directory: string;
let temporal: Server;
let connections = 0;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'greenlane-url-'));
  writeFileSync(join(directory, 'greenlane.yaml'), FILE);
  // Whoever is asked for anything is asked here first: the worker needs Temporal before all else.
  temporal = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => temporal.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await new Promise((resolve) => temporal.close(resolve));
});

async function startsWith(more: NodeJS.ProcessEnv): Promise<{ code: number | null; lines: string[] }> {
  const { port } = temporal.address() as AddressInfo;
  const env = {
    GREENLANE_CONFIG: join(directory, 'greenlane.yaml'),
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    CP_ADMIN_API_TOKEN: TOKEN,
    AUTO_SYNC_TOKEN: 'reads-statuses',
    ...more,
  };
  const { code, stdout, stderr } = await greenlane(['worker'], env, directory);
  expect(stdout).toBe('');
  expect(stderr).not.toContain(TOKEN);
  return { code, lines: stderr.trimEnd().split('\n') };
}

describe('a worker that is given another control plane', () => {
  const refused: [string, RegExp][] = [
    [
      'https://api.moleculesai.app.evil.example',
      /api\.moleculesai\.app\.evil\.example is not the production/,
    ],
    ['https://api.moleculesai.app.', /moleculesai\.app\. is not the production/],
    ['https://API.moleculesai.app:8443', /api\.moleculesai\.app:8443 is not the production/],
    ['https://api.moleculesai.app@evil.example', /user name or password/],
    ['https://somebody:hunter22@api.moleculesai.app', /user name or password/],
    ['http://api.moleculesai.app', /plain http/],
    ['ftp://api.moleculesai.app', /scheme/],
    ['https://api.moleculesai.app\\@evil.example', /backslash/],
    ['https://api.moleculesai.app?to=evil.example', /query or a fragment/],
    ['https://evil.example/https://api.moleculesai.app', /evil\.example is not the production/],
  ];

  it('refuses it in one line that names the variable, before it asks anybody for anything', async () => {
    for (let at = 0; at < refused.length; at += 5) {
      const ends = await Promise.all(
        refused
          .slice(at, at + 5)
          .map(async ([url, why]) => ({ url, why, ...(await startsWith({ PROD_CP_URL: url })) })),
      );
      for (const { url, why, code, lines } of ends) {
        expect([url, code, lines.length]).toEqual([url, 2, 1]);
        expect(lines[0]).toMatch(/^greenlane: /);
        expect(lines[0]).toMatch(why);
        expect(lines[0]).toContain('PROD_CP_URL');
        expect(lines[0]).not.toContain('hunter22');
      }
    }
    expect(connections).toBe(0);
  });

  it('starts with production however it is written, and with another one where the worker itself allows that', async () => {
    const allowed = [
      { PROD_CP_URL: 'HTTPS://API.MoleculesAI.app:443/' },
      { PROD_CP_URL: 'https://cp.staging.example', PROD_ALLOW_NON_PROD_CP_URL: 'true' },
    ];
    for (const env of allowed) {
      const before = connections;
      const { code, lines } = await startsWith(env);
      expect([code, lines.at(-1)]).toEqual([5, expect.stringContaining('Temporal does not answer')]);
      expect(connections).toBeGreaterThan(before);
      // I-07: what a missing token means is said at the start.
      expect(lines[0]).toMatch(/PROD_AUTO_DEPLOY_CONTROL_TOKEN is not set, so .* is not read live/);
    }
  });
});
