import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/workflows/metrics.ts';
import { fileSchema } from '../../src/config/root.ts';
import { alerts, dashboardExpressions, readDashboard } from './files.ts';
import { asked } from './promql.ts';

const ours = Object.values(METRICS) as string[];

/** The metric that a series belongs to. */
const familyOf = (series: string): string =>
  ours.find((name) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`].includes(series)) ?? series;

describe('the alert rules', () => {
  const rules = alerts();

  it('are PromQL, have names of their own and runbooks that there are', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, expr, annotations } of rules) {
      expect(() => asked(expr), alert).not.toThrow();
      expect(existsSync(annotations.runbook), annotations.runbook).toBe(true);
    }
  });

  it('name in their texts only labels that their expressions leave', () => {
    for (const { alert, expr, annotations } of rules) {
      const { selectors, groupedBy } = asked(expr);
      const left = [...groupedBy, ...(selectors.some(({ metric }) => metric === 'up') ? ['instance'] : [])];
      const texts = `${annotations.summary} ${annotations.description}`;
      for (const [, label] of texts.matchAll(/\$labels\.(\w+)/g)) expect(left, alert).toContain(label);
    }
  });

  it('tell of slow gates before the time for gates is over', () => {
    const limit = rules.find(({ alert }) => alert === 'GreenlaneGatesSlow')?.expr.match(/> (\d+)$/)?.[1];
    expect(Number(limit) * 1000).toBeLessThan(defaults().gates.timeout);
  });

  it('look at every metric that somebody should be woken for', () => {
    const looked = new Set(
      rules.flatMap(({ expr }) => asked(expr).selectors.map((one) => familyOf(one.metric))),
    );
    const { waveSeconds, queueLength, ...woken } = METRICS;
    expect(ours.filter((name) => !looked.has(name)).sort()).toEqual([queueLength, waveSeconds].sort());
    expect(Object.values(woken)).toEqual(
      expect.arrayContaining([...looked].filter((name) => ours.includes(name))),
    );
  });
});

describe('the dashboard', () => {
  const dashboard = readDashboard();

  it('asks a data source that is chosen on it, and its expressions are PromQL', () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'fleet']);
    for (const expression of dashboardExpressions(dashboard)) {
      expect(expression).not.toContain('$');
      expect(() => asked(expression), expression).not.toThrow();
    }
  });

  it('shows every metric of ours, in panels that do not overlap', () => {
    const shown = dashboardExpressions(dashboard).flatMap((expr) =>
      asked(expr).selectors.map(({ metric }) => familyOf(metric)),
    );
    expect(ours.filter((name) => !shown.includes(name))).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });
});

describe('docs/observability.md', () => {
  const text = readFileSync('docs/observability.md', 'utf8');

  it('lists every metric of ours, and none that is not', () => {
    const listed = [...text.matchAll(/^\| `(greenlane_\w+)` \|/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...ours].sort());
  });

  it('lists every alert, with its runbook', () => {
    const listed = [...text.matchAll(/^\| `(Greenlane\w+)` \|.*\((\.\.\/runbooks\/[a-z-]+\.md)\) \|$/gm)].map(
      ([, alert, runbook]) => [alert, runbook],
    );
    expect(listed).toEqual(alerts().map(({ alert, annotations }) => [alert, `../${annotations.runbook}`]));
  });
});

function defaults() {
  const file = fileSchema.parse({
    fleets: {
      production: {
        repo: 'acme/core',
        forge: { kind: 'gitea', url: 'https://git.example' },
        controlPlane: { url: 'https://cp.example' },
        tenants: { buildinfoUrl: 'https://{slug}.example/buildinfo' },
      },
    },
  });
  return file.fleets['production'] as NonNullable<(typeof file.fleets)['production']>;
}
