import { readFileSync } from 'node:fs';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, ServiceAccount } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readEnvironment } from '../../src/config/environment.ts';
import { fleetConfig } from '../../src/config/fleet.ts';
import { fileSchema } from '../../src/config/root.ts';
import { addressOf } from '../../src/observability/address.ts';
import { longestStop } from './grace.ts';
import { watched } from './watched.ts';

const models = { Deployment, NetworkPolicy, PodDisruptionBudget, ConfigMap, ServiceAccount };
type Kind = keyof typeof models;

interface Manifest {
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
}

const path = 'install/kubernetes/worker.yaml';
const manifests = parseAllDocuments(readFileSync(path, 'utf8')).map((one) => one.toJS() as Manifest);

/** The one of this name, as its kind's model has it. */
function only<K extends Kind>(kind: K, name: string): InstanceType<(typeof models)[K]> {
  const found = manifests.filter((one) => one.kind === kind && one.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} ${kind} ${name}`);
  return found[0] as unknown as InstanceType<(typeof models)[K]>;
}

/** Keys that the schema of its kind does not have. @throws Error when it is not what that schema allows */
function unknownKeys(manifest: { readonly kind: Kind; readonly spec?: unknown }): string[] {
  const { value, keys } = watched(manifest);
  // Assigned one by one: given to the constructor they would be copied, and so read.
  const model = new models[manifest.kind]();
  for (const key of Object.keys(manifest)) Reflect.set(model, key, Reflect.get(value, key));
  model.validate();
  return keys();
}

const deployment = only('Deployment', 'greenlane-worker');
const pod = deployment.spec?.template.spec;
const worker = pod?.containers[0];
const environment = only('ConfigMap', 'greenlane-environment').data ?? {};
const configuration = only('ConfigMap', 'greenlane-config').data?.['greenlane.yaml'] ?? '';

describe('the manifests for Kubernetes', () => {
  it.each(manifests.map((one) => [one.kind, one] as const))('%s is what its schema knows', (_, one) => {
    expect(unknownKeys(one)).toEqual([]);
  });

  it('would be refused with a key misspelt, or a value of another kind', () => {
    const { spec } = deployment;
    const kind = 'Deployment';
    expect(unknownKeys({ ...deployment, kind, spec: { ...spec, replicaz: 2 } })).toEqual(['spec.replicaz']);
    expect(() => unknownKeys({ ...deployment, kind, spec: { ...spec, replicas: 'two' } })).toThrow(
      /replicas/,
    );
  });

  it('hold a configuration that the worker takes, and addresses that it can listen at', () => {
    const file = fileSchema.parse(parse(configuration));
    expect(fleetConfig(file, path, 'production', readEnvironment({})).name).toBe('production');
    expect(`${environment['GREENLANE_CONFIG']}`).toBe(
      `${worker?.volumeMounts?.[0]?.mountPath}/greenlane.yaml`,
    );
    for (const [port, variable] of [
      ['metrics', 'GREENLANE_METRICS_ADDRESS'],
      ['health', 'GREENLANE_HEALTH_ADDRESS'],
    ] as const) {
      const address = addressOf(environment, variable);
      expect(worker?.ports?.find(({ name }) => name === port)?.containerPort, port).toBe(address?.port);
      expect(address?.host, port).toBe('0.0.0.0');
    }
  });

  it('refer only to each other, and to the one secret that people make', () => {
    expect(pod?.serviceAccountName).toBe(only('ServiceAccount', 'greenlane-worker').metadata?.name);
    expect(worker?.envFrom).toEqual([
      { configMapRef: { name: 'greenlane-environment' } },
      { secretRef: { name: 'greenlane-worker' } },
    ]);
    expect(pod?.volumes?.map(({ configMap }) => configMap?.name)).toEqual(['greenlane-config', undefined]);
    const labels = deployment.spec?.template.metadata?.labels ?? {};
    for (const selector of [
      deployment.spec?.selector,
      only('PodDisruptionBudget', 'greenlane-worker').spec?.selector,
      only('NetworkPolicy', 'greenlane-worker').spec?.podSelector,
      pod?.topologySpreadConstraints?.[0]?.labelSelector,
    ])
      expect(selector?.matchLabels).toEqual(labels);
    expect(readFileSync(path, 'utf8')).not.toMatch(/TOKEN|PASSWORD/);
  });

  it('run two workers as nobody special, on a file system that they cannot write', () => {
    expect(deployment.spec?.replicas).toBeGreaterThan(1);
    expect(only('PodDisruptionBudget', 'greenlane-worker').spec?.minAvailable).toBe(1);
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 });
    expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER 10001:10001$/m);
    expect(worker?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod?.automountServiceAccountToken).toBe(false);
    expect(worker?.image).toMatch(/:\d+\.\d+\.\d+$/);
  });

  it('start again what is dead, send nothing to what is not ready, and stop it later than the longest call ends', () => {
    expect(worker?.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'health' });
    expect(worker?.startupProbe?.httpGet).toEqual({ path: '/healthz', port: 'health' });
    expect(worker?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'health' });
    expect((pod?.terminationGracePeriodSeconds ?? 0) * 1000).toBeGreaterThan(longestStop(configuration));
  });
});
