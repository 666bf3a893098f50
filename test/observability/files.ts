import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const duration = z.string().regex(/^\d+[smhd]$/);

/** A file of Prometheus rules: what Prometheus takes, with what Greenlane demands of each alert. */
const rules = z.strictObject({
  groups: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        rules: z.array(
          z.strictObject({
            alert: z.string().regex(/^Greenlane[A-Z][A-Za-z]+$/),
            expr: z.string().min(1),
            for: duration.optional(),
            labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
            annotations: z.strictObject({
              summary: z.string().min(10),
              description: z.string().min(10),
              runbook: z.string().regex(/^runbooks\/[a-z-]+\.md$/),
            }),
          }),
        ),
      }),
    )
    .min(1),
});

const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });

/** As much of Grafana's dashboard model as this one uses; what it does not know it would lose, so it is strict. */
const dashboard = z.object({
  uid: z.string().regex(/^[\w-]{1,40}$/),
  title: z.string().min(1),
  schemaVersion: z.int().min(36),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  templating: z.strictObject({
    list: z.array(z.looseObject({ name: z.string(), type: z.enum(['datasource', 'query']) })),
  }),
  panels: z.array(
    z.strictObject({
      id: z.int().positive(),
      type: z.enum(['stat', 'timeseries']),
      title: z.string().min(1),
      description: z.string().min(1),
      datasource,
      gridPos: z.strictObject({
        x: z.int().min(0).max(23),
        y: z.int().min(0),
        w: z.int().min(1).max(24),
        h: z.int().min(1),
      }),
      fieldConfig: z.strictObject({
        defaults: z.looseObject({ unit: z.string() }),
        overrides: z.tuple([]),
      }),
      options: z.looseObject({}),
      targets: z
        .array(
          z.strictObject({
            refId: z.string().regex(/^[A-Z]$/),
            datasource,
            expr: z.string().min(1),
            legendFormat: z.string(),
            instant: z.boolean().optional(),
          }),
        )
        .min(1),
    }),
  ),
});

export type Dashboard = z.infer<typeof dashboard>;

/** The alerts of install/observability. @throws ZodError */
export function alerts() {
  const text = readFileSync('install/observability/greenlane.rules.yml', 'utf8');
  return rules.parse(parse(text)).groups.flatMap((group) => group.rules);
}

/** The dashboard of install/observability. @throws ZodError */
export function readDashboard(): Dashboard {
  return dashboard.parse(JSON.parse(readFileSync('install/observability/greenlane.dashboard.json', 'utf8')));
}

/** Expressions of the dashboard, with values in the place of its variables. */
export function dashboardExpressions({ panels }: Dashboard): string[] {
  return panels
    .flatMap(({ targets }) => targets.map(({ expr }) => expr))
    .map((expr) => expr.replaceAll('$fleet', 'production').replaceAll('$__rate_interval', '5m'));
}
