import { describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { checkControlPlaneUrl, checkServiceUrl, sameOrigin } from '../../src/safety/url.ts';

const productionUrl = 'https://api.moleculesai.app';
const check = (url: string, allowNonProduction = false): string =>
  checkControlPlaneUrl({ url, productionUrl, allowNonProduction });

describe('the control plane URL', () => {
  test.each([
    ['https://api.moleculesai.app', productionUrl],
    ['https://api.moleculesai.app/', productionUrl],
    ['https://api.moleculesai.app:443', productionUrl],
    ['HTTPS://API.MoleculesAI.app', productionUrl],
    [' https://api.moleculesai.app\n', productionUrl],
    ['https://api.moleculesai.app/base/', `${productionUrl}/base`],
    ['https://api.moleculesai.app/@evil.example', `${productionUrl}/@evil.example`],
  ])('%j is production', (url, expected) => expect(check(url)).toBe(expected));

  test.each([
    ['https://api.moleculesai.app.evil.example'],
    ['https://api.moleculesai.appevil.example'],
    ['https://evil.example/api.moleculesai.app'],
    ['https://evil.example/https://api.moleculesai.app'],
    ['https://moleculesai.app'],
    ['https://staging-api.moleculesai.app'],
    ['https://api.moleculesai.app.'],
    ['https://api.moleculesai.app:8443'],
    ['https://\u0430pi.moleculesai.app'],
    ['https://xn--pi-7kc.moleculesai.app'],
    ['https://127.0.0.1:4443'],
    ['http://127.0.0.1:4443'],
    ['https://[::1]'],
  ])('%j is not production, and gets the token only where that is allowed', (url) => {
    expect(() => check(url)).toThrow(ConfigurationError);
    expect(() => check(url)).toThrow(/PROD_ALLOW_NON_PROD_CP_URL/);
    expect(sameOrigin(check(url, true), url)).toBe(true);
  });

  test.each([
    ['http://api.moleculesai.app', /plain http/],
    ['http://api.moleculesai.app:443', /plain http/],
    ['http://localhost.evil.example', /plain http/],
    ['http://127.0.0.1.evil.example', /plain http/],
    ['ftp://api.moleculesai.app', /scheme/],
    ['file:///etc/passwd', /scheme/],
    ['javascript:alert(1)', /scheme/],
    ['https://api.moleculesai.app@evil.example', /user name or password/],
    ['https://hunter22@api.moleculesai.app', /user name or password/],
    ['https://user:hunter22@api.moleculesai.app', /user name or password/],
    ['https://:@api.moleculesai.app', /user name or password/],
    ['https://@api.moleculesai.app', /user name or password/],
    ['https://api.moleculesai.app?x=hunter22', /query or a fragment/],
    ['https://api.moleculesai.app/?', /query or a fragment/],
    ['https://api.moleculesai.app#hunter22', /query or a fragment/],
    ['https://api.moleculesai.app/#', /query or a fragment/],
    ['https:\\\\api.moleculesai.app', /backslash/],
    ['https://api.moleculesai.app\\@evil.example', /backslash/],
    ['https://api.molecules\nai.app', /white space/],
    ['https://api.moleculesai.app\t.evil.example', /white space/],
    ['https://', /no absolute URL/],
    ['api.moleculesai.app', /no absolute URL/],
    ['//api.moleculesai.app', /no absolute URL/],
    ['', /no absolute URL/],
    ['https://api moleculesai.app', /white space/],
  ])('%j is refused even where another origin is allowed', (url, why) => {
    for (const allowed of [false, true]) {
      expect(() => check(url, allowed)).toThrow(ConfigurationError);
      expect(() => check(url, allowed)).toThrow(why);
      expect(() => check(url, allowed)).not.toThrow(/hunter22/);
    }
  });

  test.each([
    ['http://127.0.0.1:8080'],
    ['http://localhost:8080'],
    ['http://[::1]:8080'],
    ['http://cp.localhost'],
  ])('plain http is possible on loopback: %s', (url) =>
    expect(checkControlPlaneUrl({ url, productionUrl: url, allowNonProduction: false })).toBe(url),
  );

  test('a production URL that cannot be used is refused too, by its key', () => {
    const question = {
      url: productionUrl,
      productionUrl: 'http://api.moleculesai.app',
      allowNonProduction: true,
    };
    expect(() => checkControlPlaneUrl(question)).toThrow(/productionUrl: .*plain http/);
  });

  test('the message names the place the URL came from', () => {
    const place = { source: 'environment variable PROD_CP_URL' };
    expect(() => checkServiceUrl('http://host.example', place)).toThrow(
      /^environment variable PROD_CP_URL: /,
    );
  });
});

describe('sameOrigin', () => {
  test.each([
    ['https://a.example', 'https://A.example:443/x?y#z', true],
    ['https://a.example', 'http://a.example', false],
    ['https://bücher.example', 'https://xn--bcher-kva.example', true],
    ['https://a.example', 'https://a.example.', false],
    ['data:x', 'data:x', false],
    ['nonsense', 'nonsense', false],
  ])('%s and %s: %s', (a, b, same) => expect(sameOrigin(a, b)).toBe(same));

  test('knows other spellings of a host also when it was asked a hundred thousand times', () => {
    for (let times = 0; times < 100_000; times += 1) sameOrigin('https://a.example', 'https://b.example');
    expect(sameOrigin('https://bücher.example', 'https://xn--bcher-kva.example')).toBe(true);
  });
});
