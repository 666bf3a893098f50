import { isAlias, isMap, isScalar, isSeq, type Scalar } from 'yaml';
import { at, type Rule } from '../rule.ts';
import type { Trigger, Workflow } from '../workflow/model.ts';

export const droppedTrigger: Rule = {
  id: 'dropped-trigger',
  title: 'Triggers have only the forms the parser of the host knows.',
  severity: 'error',
  hosts: ['gitea-1.22'],
  why: 'The parser of Gitea 1.22 gives up on the first trigger it does not understand and drops the whole file: no run, no status, no message.',
  fix: 'Give each filter a string or a list of strings (quote numbers and dates), and each event a mapping or nothing; leave `inputs`, `outputs` and `secrets` of `workflow_call` out.',
  docs: 'Dropped are: an event with a list (other than `schedule`), a number or a boolean; a filter that is empty, a mapping or no string; a list with a number, a boolean or a date in it (`tags: [1.0]`); `inputs`, `outputs` or `secrets` below `workflow_call`; a mapping in the list form of `on:`; a `schedule` item that is not a mapping to strings. `workflow_dispatch.inputs` has a rule of its own.',
  examples: {
    bad: {
      'release.yml':
        'name: Release\non:\n  push:\n    tags: [1.0, v2]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make release\n',
    },
    good: {
      'release.yml':
        "name: Release\non:\n  push:\n    tags: ['1.0', v2]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make release\n",
    },
  },
  check({ targets, report }) {
    for (const workflow of targets) {
      const on = workflow.on;
      if (isSeq(on?.value)) {
        for (const item of on.value.items) {
          const node = workflow.tree.follow(item);
          if (!isString(node))
            report({
              at: at(workflow, item as Scalar),
              message: 'the list form of `on:` holds something that is no event name',
            });
        }
      }
      for (const trigger of workflow.triggers) {
        for (const { node, message } of complaints(workflow, trigger))
          report({ at: at(workflow, node), message });
      }
    }
  },
};

interface Complaint {
  readonly node: Scalar;
  readonly message: string;
}

function complaints(workflow: Workflow, trigger: Trigger): Complaint[] {
  const { entry, event } = trigger;
  if (entry === undefined || entry.value === null) return [];
  const value = entry.value;
  if (isSeq(value)) {
    if (event !== 'schedule')
      return [{ node: entry.key, message: `the event \`${event}\` has a list where filters must be` }];
    const broken = value.items.some((item) => {
      const map = workflow.tree.map(item);
      return map === undefined || workflow.tree.entries(map).some((field) => !isString(field.value));
    });
    return broken ? [{ node: entry.key, message: '`schedule` holds something that is no `cron: "…"`' }] : [];
  }
  if (!isMap(value)) {
    if (isScalar(value) && (value.value === null || isString(value))) return [];
    return [{ node: entry.key, message: `the event \`${event}\` has a value where filters must be` }];
  }
  return workflow.tree.entries(value).flatMap((filter) => {
    const name = `${event}.${filter.name}`;
    if (event === 'workflow_dispatch' && filter.name === 'inputs') return [];
    if (event === 'workflow_call' && ['inputs', 'outputs', 'secrets'].includes(filter.name)) {
      return [{ node: filter.key, message: `\`${name}\` makes this host drop the whole file` }];
    }
    if (isSeq(filter.value)) {
      const odd = filter.value.items
        .map((item) => workflow.tree.follow(item))
        .find((item) => !isString(item));
      return odd === undefined
        ? []
        : [
            {
              node: isAlias(odd) ? filter.key : (odd as Scalar),
              message: `\`${name}\` lists something that is no string`,
            },
          ];
    }
    return isString(filter.value)
      ? []
      : [{ node: filter.key, message: `\`${name}\` is neither a string nor a list of strings` }];
  });
}

/** Whether the host's parser reads a node as a string: dates and numbers with underscores are none to it. */
function isString(node: unknown): boolean {
  if (!isScalar(node) || typeof node.value !== 'string') return false;
  if (node.type !== 'PLAIN') return true;
  return !/^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/.test(node.value) && !/^[-+]?\d[\d_]*$/.test(node.value);
}
