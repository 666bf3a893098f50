import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

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
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

describe('docker-compose.yml', () => {
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
    expect(compose.services['worker']?.stop_grace_period).toBe('15m');
  });
});

describe('Dockerfile', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8');

  it('runs the worker as nobody special, and hands it signals', () => {
    expect(dockerfile).toMatch(/^USER 10001:10001$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node", "\/app\/dist\/cli\.js"\]$/m);
  });

  it('pins its base image, and takes npm out of what runs', () => {
    for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm))
      expect(image).toMatch(/^node:20\.\d+-bookworm-slim$/);
    expect(dockerfile).toContain('/usr/local/lib/node_modules');
  });
});
