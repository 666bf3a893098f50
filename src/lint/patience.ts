import { runRules, type RunInput } from './engine.ts';
import type { Finding, Unreadable } from './finding.ts';
import { parseSource } from './source/document.ts';
import type { SourceFile } from './source/file.ts';
import { within } from './within.ts';
import { buildWorkflow } from './workflow/build.ts';
import type { Workflow } from './workflow/model.ts';

/**
 * Time for one file, in ms, to be read and then to be judged. Sixty files take a third of a second together
 * (bench/lint); what takes this long for one was made to.
 */
export const PATIENCE_MS = 5_000;
/** Of that, what each further file is given when they are judged together. */
const SHARE = 1 / 20;
/** What each is given at least when it is judged by itself, in ms: fifty times what one takes. */
const LEAST_MS = 250;

/** What is said of a file that is given up. */
const tooMuch = (what: 'read' | 'judged'): string =>
  `takes more time, depth or memory to be ${what} than any workflow needs: look for what repeats, nests or grows in it`;

/** Reads one file as a workflow, within `patienceMs`. */
export function readInTime(file: SourceFile, patienceMs: number): Workflow | Unreadable {
  const read = within(patienceMs, () => {
    const parsed = parseSource(file);
    return 'reason' in parsed ? parsed : buildWorkflow(parsed);
  });
  return read?.value ?? { file: file.path, reason: tooMuch('read') };
}

/**
 * Runs the rules over all files. When that takes too long, each is tried by itself: those that cannot be judged in
 * time are named, and the others judged without them.
 */
export function judgeInTime(
  input: RunInput,
  patienceMs: number,
): { readonly findings: readonly Finding[]; readonly stopped: readonly Unreadable[] } {
  const { workflows, targets } = input;
  const together = patienceMs * (1 + SHARE * (workflows.length - 1));
  const all = within(together, () => runRules(input));
  if (all !== undefined) return { findings: all.value, stopped: [] };
  const end = performance.now() + together;
  const isFine = (workflow: Workflow, index: number): boolean => {
    const alone = { ...input, workflows: [workflow], targets: [workflow] };
    const share = Math.max(LEAST_MS, (end - performance.now()) / (workflows.length - index));
    return within(share, () => runRules(alone)) !== undefined;
  };
  const fine = new Set(workflows.filter(isFine));
  const rest = { ...input, workflows: [...fine], targets: targets.filter((workflow) => fine.has(workflow)) };
  const judged = within(together, () => runRules(rest));
  return {
    findings: judged?.value ?? [],
    stopped: targets
      .filter((workflow) => judged === undefined || !fine.has(workflow))
      .map(({ file }) => ({ file: file.path, reason: tooMuch('judged') })),
  };
}
