import { parser } from '@prometheus-io/lezer-promql';

/** What an expression asks of the metrics: selectors, and the labels that it groups and matches by. */
export interface Asked {
  readonly selectors: readonly { readonly metric: string; readonly labels: readonly string[] }[];
  readonly groupedBy: readonly string[];
}

/**
 * Reads an expression with Prometheus' own grammar.
 * @throws Error that shows where it is no PromQL
 */
export function asked(expression: string): Asked {
  const tree = parser.parse(expression);
  const selectors: { metric: string; labels: string[] }[] = [];
  const groupedBy: string[] = [];
  tree.iterate({
    enter: ({ name, from, to, node, type }) => {
      const said = expression.slice(from, to);
      if (type.isError) throw new Error(`no PromQL at ${from}: ${expression.slice(from) || 'the end'}`);
      if (name === 'VectorSelector') {
        const metric = node.getChild('Identifier');
        if (metric === null) throw new Error(`a selector without a metric: ${said}`);
        selectors.push({ metric: expression.slice(metric.from, metric.to), labels: [] });
      }
      if (name !== 'LabelName') return;
      if (node.parent?.name === 'GroupingLabels') groupedBy.push(said);
      else selectors.at(-1)?.labels.push(said);
    },
  });
  return { selectors, groupedBy };
}
