import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { generate } from 'selfsigned';

/** Certificates of one test: an authority, a server on loopback, and a client. All in PEM. */
export interface Certificates {
  readonly authority: string;
  readonly server: { readonly cert: string; readonly key: string };
  readonly client: { readonly cert: string; readonly key: string };
  /** Environment of a client that has them, as the SDK reads it. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

const HOST = 'temporal.test';
const common = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Makes certificates that nobody else trusts, in files of a directory of their own. */
export async function makeCertificates(): Promise<Certificates> {
  const authority = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
    ],
  });
  const ca = { key: authority.private, cert: authority.cert };
  const leaf = async (name: string) =>
    generate([{ name: 'commonName', value: name }], {
      ...common,
      ca,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
    });
  const [server, client] = await Promise.all([leaf(HOST), leaf('greenlane')]);
  const directory = mkdtempSync(join(tmpdir(), 'greenlane-tls-'));
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    authority: authority.cert,
    server: { cert: server.cert, key: server.private },
    client: { cert: client.cert, key: client.private },
    env: {
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem', authority.cert),
      TEMPORAL_TLS_CLIENT_CERT_PATH: file('client.pem', client.cert),
      TEMPORAL_TLS_CLIENT_KEY_PATH: file('client.key', client.private),
      TEMPORAL_TLS_SERVER_NAME: HOST,
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Ends TLS with a client's certificate in front of a server that has none. Its address, and how to close it. */
export async function mutualTlsProxy(
  target: string,
  { authority, server: own }: Certificates,
): Promise<{ address: string; close: () => void }> {
  const [host, port] = target.split(':') as [string, string];
  const server = createServer(
    { ...own, ca: authority, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] },
    (socket) => {
      const plain = connectPlain(Number(port), host);
      for (const [one, other] of [
        [socket, plain],
        [plain, socket],
      ] as const) {
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}
