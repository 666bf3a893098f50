import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { addressOf, cannotListen } from '../../src/observability/address.ts';

const variable = 'GREENLANE_METRICS_ADDRESS';

describe('an address that something listens at', () => {
  it('is an IP address with a port, or none at all', () => {
    expect(addressOf({}, variable)).toBeUndefined();
    expect(addressOf({ [variable]: ' ' }, variable)).toBeUndefined();
    expect(addressOf({ [variable]: '0.0.0.0:9464' }, variable)).toMatchObject({
      host: '0.0.0.0',
      port: 9464,
    });
    expect(addressOf({ [variable]: '[::1]:9464' }, variable)).toMatchObject({ host: '::1', port: 9464 });
  });

  it.each([
    'localhost:9464',
    '999.0.0.1:80',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1',
    ':9464',
    '::1:9464',
  ])('is not %s: the error names the variable and shows one that is', (value) => {
    expect(() => addressOf({ [variable]: value }, variable)).toThrow(ConfigurationError);
    expect(() => addressOf({ [variable]: value }, variable)).toThrow(
      `${variable}: expected an IP address and a port such as 0.0.0.0:9464, got "${value}"`,
    );
  });

  it.each([
    ['Cannot assign requested address (os error 99)', 'this machine has no such address'],
    ['listen EACCES: permission denied 127.0.0.1:80', 'this user may not listen on that port'],
    ['something else', 'the system refuses it'],
  ])('says why it cannot be used: %s', (said, why) => {
    const address = { host: '8.8.8.8', port: 80, text: '8.8.8.8:80' };
    expect(cannotListen(variable, address, new Error(said)).message).toContain(`${address.text}: ${why};`);
  });
});
