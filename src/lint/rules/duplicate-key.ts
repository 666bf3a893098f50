import { isMap, isScalar, visit, type Scalar } from 'yaml';
import { at, type Rule } from '../rule.ts';
import { scalarSource } from '../source/tree.ts';

export const duplicateKey: Rule = {
  id: 'duplicate-key',
  title: 'No mapping has a key twice.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: (host) =>
    `${host.label} refuses a mapping with a key twice: the whole file is dropped, with no run and no status${host.id === 'github' ? ' but an error on the Actions page' : ''}.`,
  fix: 'Merge the two, or take one out.',
  docs: 'Mappings at every depth are looked at, the flow form too. Both places are named.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      GO: "1.24"\n    steps:\n      - run: make test\n    env:\n      CGO_ENABLED: "0"\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n      GO: "1.24"\n      CGO_ENABLED: "0"\n    steps:\n      - run: make test\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      if (!workflow.tree.parsed.duplicateKeys) continue;
      visit(workflow.tree.parsed.document, (_key, node) => {
        if (!isMap(node)) return;
        const seen = new Map<string, Scalar>();
        for (const { key } of node.items) {
          if (!isScalar(key)) continue;
          const name = scalarSource(key);
          if (name === '<<') continue;
          const first = seen.get(name);
          if (first === undefined) {
            seen.set(name, key);
            continue;
          }
          const related = [
            {
              at: at(workflow, first),
              message: `\`${name}\` stands here first`,
            },
          ];
          report({
            at: at(workflow, key),
            message: `the key \`${name}\` stands twice in one mapping`,
            related,
          });
        }
      });
    }
  },
};
