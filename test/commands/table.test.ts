import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { fitted } from '../../src/commands/table.ts';

const head = ['ended', 'release', 'outcome', 'reason'];
const reason =
  'wave 3: 2 stragglers, 1 more than is quarantined: tenant-002 (stale), tenant-019 (unreachable)';
const rows = [['2026-11-21 02:12:30Z', 'staging-2863380', 'rolled_back', reason]];

it.each([80, 100, 200, undefined])('a table keeps within %s columns and loses no word', (columns) => {
  const text = fitted(head, rows, columns);
  for (const line of text.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(columns ?? 130);
  const words = text.replace(/[│─┌┐└┘├┤┬┴┼]/g, ' ').split(/\s+/);
  for (const word of [...head, ...reason.split(' '), 'staging-2863380']) expect(words).toContain(word);
});
