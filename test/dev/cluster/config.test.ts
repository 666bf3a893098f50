import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { clusterConfig, dynamicConfig } from '../../../src/dev/cluster/config.ts';
import { clusterPorts, services } from '../../../src/dev/cluster/ports.ts';

const store = {
  sql: { pluginName: 'postgres12', connectAddr: '127.0.0.1:5432', user: 'someone', maxConns: 20 },
};
const source = JSON.stringify({
  persistence: {
    numHistoryShards: 4,
    datastores: { 'postgres-default': store, 'postgres-visibility': store },
  },
  services: Object.fromEntries(services.map((name) => [name, { rpc: { grpcPort: 1, membershipPort: 2 } }])),
  clusterMetadata: { clusterInformation: { active: { rpcAddress: 'localhost:7233' } } },
  archival: { history: { state: 'enabled' } },
  namespaceDefaults: { archival: {} },
  dynamicConfigClient: { filepath: 'elsewhere', pollInterval: '10s' },
});

describe('clusterConfig', () => {
  it('moves every port and address, drops archival and keeps the rest', async () => {
    const ports = await clusterPorts();
    const config = parse(clusterConfig(source, ports, '/x/dynamic.yaml')) as Record<string, never>;
    expect(config).toMatchObject({
      persistence: {
        numHistoryShards: 4,
        datastores: {
          'postgres-default': {
            sql: { connectAddr: `127.0.0.1:${ports.database}`, user: 'temporal', maxConns: 20 },
          },
          'postgres-visibility': { sql: { connectAddr: `127.0.0.1:${ports.database}`, user: 'temporal' } },
        },
      },
      services: Object.fromEntries(
        services.map((name) => [
          name,
          { rpc: { grpcPort: ports.services[name].grpc, membershipPort: ports.services[name].membership } },
        ]),
      ),
      clusterMetadata: {
        clusterInformation: { active: { rpcAddress: `127.0.0.1:${ports.services.frontend.grpc}` } },
      },
      dynamicConfigClient: { filepath: '/x/dynamic.yaml', pollInterval: '10s' },
    });
    expect(Object.keys(config)).not.toContain('archival');
    expect(Object.keys(config)).not.toContain('namespaceDefaults');
  });
});

describe('dynamicConfig', () => {
  it('lets the server know its new search attributes at once, and keeps the rest', async () => {
    const config = parse(
      dynamicConfig('system.enableNexus:\n  - value: true\n', await clusterPorts()),
    ) as object;
    expect(config).toMatchObject({
      'system.enableNexus': [{ value: true }],
      'system.forceSearchAttributesCacheRefreshOnRead': [{ value: true }],
    });
  });
});

describe('clusterPorts', () => {
  it('gives the services ports that fit the server’s 16-bit column, all different', async () => {
    const { services: ofServices, ...others } = await clusterPorts();
    const low = Object.values(ofServices).flatMap(({ grpc, membership }) => [grpc, membership]);
    expect(Math.max(...low)).toBeLessThanOrEqual(32_767);
    const all = [...low, ...Object.values(others)];
    expect(new Set(all).size).toBe(12);
  });
});
