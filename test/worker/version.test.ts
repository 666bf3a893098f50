import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { deploymentNameOf, versioningOf, versionOf } from '../../src/worker-version.ts';

describe('the version of a worker', () => {
  it('is none unless GREENLANE_BUILD_ID is set', () => {
    expect(versionOf({ GREENLANE_DEPLOYMENT_NAME: 'lane' }, undefined)).toBeUndefined();
    expect(versioningOf({}, undefined)).toEqual({});
  });

  it('pins what says nothing else, under the name of the deployment', () => {
    expect(
      versioningOf({ GREENLANE_BUILD_ID: '1.4.0', GREENLANE_DEPLOYMENT_NAME: 'lane' }, undefined),
    ).toEqual({
      workerDeploymentOptions: {
        version: { deploymentName: 'lane', buildId: '1.4.0' },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'PINNED',
      },
    });
    expect(deploymentNameOf({})).toBe('greenlane');
  });

  it('is that of the workflow code when asked for: the same for the same code', () => {
    const bundle = import.meta.filename;
    const [one, two] = [1, 2].map(() => versionOf({ GREENLANE_BUILD_ID: 'auto' }, bundle));
    expect(one).toEqual(two);
    expect(one?.buildId).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([
    ['GREENLANE_BUILD_ID', 'a b'],
    ['GREENLANE_BUILD_ID', '../x'],
    ['GREENLANE_BUILD_ID', '${{ github.sha }}'],
    ['GREENLANE_DEPLOYMENT_NAME', 'a.b'],
  ])('refuses %s=%s by name', (variable, value) => {
    const env = { GREENLANE_BUILD_ID: 'x', [variable]: value };
    expect(() => versionOf(env, undefined)).toThrow(ConfigurationError);
    expect(() => versionOf(env, undefined)).toThrow(variable);
  });
});
