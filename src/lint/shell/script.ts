import { embeddedExpressions, type Embedded } from '../expression/embedded.ts';
import type { Target } from '../rule.ts';
import type { Text } from '../source/tree.ts';
import type { Step } from '../workflow/model.ts';
import { parseShell, type ParsedShell } from './parse.ts';

/** First character of the stand-in for a `${{ … }}`; private use, so no shell gives it a meaning. */
export const EXPRESSION_START = '\uE000';
const EXPRESSION_REST = '\uE001';

/** The shell script of a `run:`. */
export interface Script extends ParsedShell {
  readonly step: Step;
  readonly text: Text;
  /** The script with each `${{ … }}` replaced by a stand-in of the same length, so that positions hold. */
  readonly source: string;
  readonly embedded: readonly Embedded[];
}

/** Whether a step's `shell:` is one whose scripts are read: `bash`, `sh`, or a command line of theirs. */
export function isShell(shell: string | undefined): boolean {
  if (shell === undefined) return true;
  const command = shell.trim().split(/\s+/)[0] ?? '';
  return /(^|\/)(bash|sh|dash|ash)$/.test(command);
}

const scripts = new WeakMap<Step, Script | null>();

/** The parsed script of a step; undefined when the step runs none, or another language. Parsed once. */
export function scriptOf(step: Step): Script | undefined {
  let script = scripts.get(step);
  if (script === undefined) {
    script = step.run !== undefined && isShell(step.shell) ? parseScript(step, step.run) : null;
    scripts.set(step, script);
  }
  return script ?? undefined;
}

function parseScript(step: Step, text: Text): Script {
  const embedded = embeddedExpressions(text.value);
  let source = '';
  let at = 0;
  for (const { start, end } of embedded) {
    source += text.value.slice(at, start) + EXPRESSION_START + EXPRESSION_REST.repeat(end - start - 1);
    at = end;
  }
  source += text.value.slice(at);
  return { step, text, source, embedded, ...parseShell(source) };
}

/** A range of the script as a range of the file. */
export function scriptTarget(script: Script, pos: number, end: number): Target {
  return {
    workflow: script.step.job.workflow,
    start: script.text.offset(pos),
    end: script.text.offset(Math.max(pos, end - 1)) + 1,
  };
}
