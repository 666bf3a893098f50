import { isAlias, isScalar, visit } from 'yaml';
import { at, type Rule } from '../rule.ts';
import { scalarSource } from '../source/tree.ts';

export const topLevelAnchor: Rule = {
  id: 'top-level-anchor',
  title: 'No job uses an anchor that is defined outside `jobs:`.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26'],
  why: 'Gitea takes each job out of the file before it makes the run, and an alias to an anchor outside of `jobs:` points at nothing then: the run is not created, with no status anywhere.',
  fix: 'Define the anchor in the first job that uses it, or write the value out.',
  docs: 'An anchor on a key at the top of the file (an `x-…:` block, `env:`) with its alias below `jobs:`. Anchors within `jobs:` pass.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\nx-env: &env\n  CGO_ENABLED: "0"\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env: *env\n    steps:\n      - run: make test\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env: &env\n      CGO_ENABLED: "0"\n    steps:\n      - run: make test\n  e2e:\n    runs-on: ubuntu-latest\n    env: *env\n    steps:\n      - run: make e2e\n',
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      if (!/(^|[\s[{,])&/.test(workflow.file.text)) continue;
      const jobs = workflow.root?.items.find(
        (pair) => isScalar(pair.key) && scalarSource(pair.key) === 'jobs',
      );
      if (jobs?.value === undefined || jobs.value === null) continue;
      const inside = new Set<string>();
      const aliases: { readonly source: string; readonly range?: readonly number[] | null }[] = [];
      visit(jobs.value as never, {
        Node(_key, node) {
          if (isAlias(node)) aliases.push(node);
          else if (node.anchor !== undefined) inside.add(node.anchor);
        },
      });
      for (const alias of aliases) {
        if (!inside.has(alias.source))
          report({
            at: at(workflow, alias),
            message: `\`*${alias.source}\` in a job is anchored outside \`jobs:\``,
          });
      }
    }
  },
};
