import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'ini';
import { describe, expect, it } from 'vitest';
import { milliseconds, usualStop } from './grace.ts';

const path = 'install/systemd/greenlane-worker.service';
const text = readFileSync(path, 'utf8');
const unit = parse(text) as Record<'Unit' | 'Service' | 'Install', Record<string, string>>;

describe('the unit for systemd', () => {
  it('runs the worker as a user of its own, with the secrets from a file', () => {
    expect(unit.Service).toMatchObject({
      ExecStart: '/usr/bin/node /opt/greenlane/dist/cli.js worker',
      EnvironmentFile: '/etc/greenlane/worker.env',
      DynamicUser: 'yes',
      Restart: 'always',
      RestartPreventExitStatus: '2',
    });
    expect(text).not.toMatch(/^Environment=.*(TOKEN|SECRET|KEY)/m);
    expect(unit.Install).toEqual({ WantedBy: 'multi-user.target' });
  });

  it('stops it gracefully: SIGTERM, and more time than the longest call takes', () => {
    expect(unit.Service).toMatchObject({ KillSignal: 'SIGTERM', KillMode: 'mixed' });
    expect(milliseconds(unit.Service['TimeoutStopSec'] ?? '')).toBeGreaterThan(usualStop());
  });

  it('takes from it what it does not need, and leaves Node what it does', () => {
    for (const directive of [
      'NoNewPrivileges',
      'ProtectHome',
      'PrivateTmp',
      'PrivateDevices',
      'LockPersonality',
    ])
      expect(unit.Service[directive], directive).toBe('yes');
    expect(unit.Service).toMatchObject({
      ProtectSystem: 'strict',
      CapabilityBoundingSet: '',
      SystemCallFilter: '@system-service',
    });
    expect(unit.Service).not.toHaveProperty('MemoryDenyWriteExecute');
  });

  it('is what systemd understands, where there is one', () => {
    const directory = mkdtempSync(join(tmpdir(), 'greenlane-unit-'));
    const copy = join(directory, 'greenlane-worker.service');
    // Whether this machine has a program there is not asked.
    writeFileSync(copy, text.replace('/usr/bin/node', process.execPath));
    const { status, error, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', copy], {
      encoding: 'utf8',
    });
    rmSync(directory, { recursive: true });
    const there = (error as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT';
    expect(there ? { status, stderr: stderr.trim() } : 'no systemd').toEqual(
      there ? { status: 0, stderr: '' } : 'no systemd',
    );
  });
});
