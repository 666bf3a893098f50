import { stringify } from 'yaml';
import { basename } from 'node:path/posix';
import type { Edit } from '../finding.ts';
import type { Settings } from '../settings.ts';
import { rangeOf } from '../source/tree.ts';
import type { Workflow } from '../workflow/model.ts';

/**
 * The edit that gives a workflow another name. Undefined when that is not safe: a required context holds the present
 * name, or another file has the new one.
 */
export function nameEdit(
  workflow: Workflow,
  name: string,
  settings: Settings,
  workflows: readonly Workflow[],
): Edit[] | undefined {
  const present = workflow.name?.value;
  if (present !== undefined && settings.required.some(({ context }) => context.startsWith(`${present} / `)))
    return undefined;
  if (
    name === '' ||
    name.includes('/') ||
    workflows.some((other) => other !== workflow && other.name?.value === name)
  )
    return undefined;
  const text = stringify(name).trimEnd();
  if (workflow.name !== undefined) {
    const [start, end] = rangeOf(workflow.name.node);
    return [{ start, end, text }];
  }
  const [top] = rangeOf(workflow.root);
  return [{ start: top, end: top, text: `name: ${text}\n` }];
}

/** A name made from the file's: `.gitea/workflows/secret-scan.yml` → `secret-scan`. */
export function nameFromFile(path: string): string {
  return basename(path).replace(/\.ya?ml$/, '');
}
