import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { ParsedFile } from '../source/document.ts';
import { Tree, scalarSource, type Entry, type Text } from '../source/tree.ts';
import type { EnvVariable, Job, Step, Trigger, Workflow } from './model.ts';

/** Reads a parsed file as a workflow. Nothing is checked here: rules say what is wrong with the shape. */
export function buildWorkflow(parsed: ParsedFile): Workflow {
  const tree = new Tree(parsed);
  const contents = parsed.document.contents;
  const root = tree.map(contents);
  const entries = root === undefined ? [] : tree.entries(root);
  const on = find(entries, 'on');
  const jobs: Job[] = [];
  const workflow: Workflow = {
    file: parsed.file,
    tree,
    root,
    entries,
    name: text(tree, entries, 'name'),
    on,
    triggers: on === undefined ? [] : triggersOf(tree, on),
    env: envOf(tree, find(entries, 'env')),
    jobs,
  };
  const defaultShell = shellOf(tree, entries);
  for (const entry of tree.entries(find(entries, 'jobs')?.value)) {
    const node = tree.map(entry.value);
    if (node !== undefined) jobs.push(buildJob(workflow, entry, node, defaultShell));
  }
  return workflow;
}

function find(entries: readonly Entry[], name: string): Entry | undefined {
  return entries.find((entry) => entry.name === name);
}

function text(tree: Tree, entries: readonly Entry[], name: string): Text | undefined {
  return tree.text(find(entries, name)?.value);
}

function shellOf(tree: Tree, entries: readonly Entry[]): string | undefined {
  const run = tree.entry(find(entries, 'defaults')?.value, 'run');
  return tree.text(tree.entry(run?.value, 'shell')?.value)?.value;
}

function triggersOf(tree: Tree, on: Entry): Trigger[] {
  const node = on.value;
  if (isScalar(node))
    return node.value === null ? [] : [{ event: scalarSource(node), place: node, entry: undefined }];
  if (isSeq(node)) {
    return tree.texts(node).map((item) => ({ event: item.value, place: item.node, entry: undefined }));
  }
  if (!isMap(node)) return [];
  return tree.entries(node).map((entry) => ({ event: entry.name, place: entry.key, entry }));
}

function envOf(tree: Tree, entry: Entry | undefined): EnvVariable[] {
  return tree
    .entries(entry?.value)
    .map((variable) => ({ name: variable.name, key: variable.key, text: tree.text(variable.value) }));
}

function buildJob(workflow: Workflow, entry: Entry, node: YAMLMap, inheritedShell: string | undefined): Job {
  const { tree } = workflow;
  const entries = tree.entries(node);
  const steps: Step[] = [];
  const job: Job = {
    workflow,
    id: entry.name,
    key: entry.key,
    node,
    entries,
    name: text(tree, entries, 'name'),
    needs: optionalTexts(tree, find(entries, 'needs')),
    condition: text(tree, entries, 'if'),
    runsOn: labelsOf(tree, find(entries, 'runs-on')),
    uses: text(tree, entries, 'uses'),
    env: envOf(tree, find(entries, 'env')),
    steps,
  };
  const shell = shellOf(tree, entries) ?? inheritedShell;
  for (const item of tree.seq(find(entries, 'steps')?.value)?.items ?? []) {
    const stepNode = tree.map(item);
    if (stepNode !== undefined) steps.push(buildStep(job, stepNode, steps.length, shell));
  }
  return job;
}

function buildStep(job: Job, node: YAMLMap, index: number, inheritedShell: string | undefined): Step {
  const { tree } = job.workflow;
  const entries = tree.entries(node);
  return {
    job,
    index,
    node,
    entries,
    id: text(tree, entries, 'id')?.value,
    name: text(tree, entries, 'name'),
    condition: text(tree, entries, 'if'),
    uses: text(tree, entries, 'uses'),
    run: text(tree, entries, 'run'),
    shell: text(tree, entries, 'shell')?.value ?? inheritedShell,
    env: envOf(tree, find(entries, 'env')),
    inputs: tree.entries(find(entries, 'with')?.value),
  };
}

function optionalTexts(tree: Tree, entry: Entry | undefined): Text[] {
  return entry === undefined ? [] : tree.texts(entry.value);
}

/** Labels of `runs-on` in its three forms: one, a list, `{ group, labels }`. */
function labelsOf(tree: Tree, entry: Entry | undefined): Text[] {
  if (entry === undefined) return [];
  if (tree.map(entry.value) === undefined) return tree.texts(entry.value);
  return optionalTexts(tree, tree.entry(entry.value, 'labels'));
}
