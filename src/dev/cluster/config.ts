import { parseDocument } from 'yaml';
import type { ClusterPorts } from './ports.ts';
import { services } from './ports.ts';
import { databaseUser } from './postgres.ts';

const host = '127.0.0.1';

/**
 * The module's own development configuration for PostgreSQL, moved to our ports and without archival, which would
 * write outside of our directory.
 * @param source text of development-postgres12.yaml
 * @param dynamicConfig absolute path of the dynamic configuration
 */
export function clusterConfig(source: string, ports: ClusterPorts, dynamicConfig: string): string {
  const config = parseDocument(source);
  config.delete('archival');
  config.delete('namespaceDefaults');
  config.setIn(['log', 'level'], 'warn');
  for (const store of ['postgres-default', 'postgres-visibility']) {
    const sql = ['persistence', 'datastores', store, 'sql'];
    config.setIn([...sql, 'connectAddr'], `${host}:${ports.database}`);
    config.setIn([...sql, 'user'], databaseUser);
  }
  for (const service of services) {
    config.setIn(['services', service, 'rpc', 'grpcPort'], ports.services[service].grpc);
    config.setIn(['services', service, 'rpc', 'membershipPort'], ports.services[service].membership);
  }
  config.setIn(['services', 'frontend', 'rpc', 'httpPort'], ports.http);
  config.setIn(['global', 'pprof', 'port'], ports.pprof);
  config.setIn(['global', 'metrics', 'prometheus', 'listenAddress'], `${host}:${ports.metrics}`);
  config.setIn(
    ['clusterMetadata', 'clusterInformation', 'active', 'rpcAddress'],
    `${host}:${ports.services.frontend.grpc}`,
  );
  config.setIn(['dynamicConfigClient', 'filepath'], dynamicConfig);
  return config.toString();
}

/**
 * The module's dynamic configuration, with what a cluster that has just been made needs: it must know its new
 * search attributes at once.
 * @param source text of dynamicconfig/development-sql.yaml
 */
export function dynamicConfig(source: string, ports: ClusterPorts): string {
  const config = parseDocument(source);
  config.set('system.forceSearchAttributesCacheRefreshOnRead', [{ value: true }]);
  config.set('system.namespaceCacheRefreshInterval', [{ value: '1s' }]);
  config.set('component.nexusoperations.callback.endpoint.template', [
    { value: `http://${host}:${ports.http}/namespaces/{{.NamespaceName}}/nexus/callback` },
  ]);
  return config.toString();
}
