import { forEachChild, type SyntaxNode } from 'unbash';
import { Parser } from 'yaml';
import { positionAt } from './source/file.ts';
import { scriptOf, type Script } from './shell/script.ts';
import type { Workflow } from './workflow/model.ts';

/** A comment of the YAML, or of a script in it. */
export interface Comment {
  /** With its `#`. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Offset in the file. */
  readonly start: number;
  /** Whether nothing but white space stands before it on its line. */
  readonly alone: boolean;
}

const cache = new WeakMap<Workflow, readonly Comment[]>();

/** Every comment of a workflow file, in order. A `#` in a string, a heredoc or a plain scalar is none. */
export function commentsOf(workflow: Workflow): readonly Comment[] {
  let comments = cache.get(workflow);
  if (comments === undefined) {
    const found = workflow.file.text.includes('#')
      ? [...yamlComments(workflow), ...shellComments(workflow)]
      : [];
    comments = found.sort((a, b) => a.start - b.start);
    cache.set(workflow, comments);
  }
  return comments;
}

/**
 * Comments that speak of a line: at its end, or on lines of their own right above it.
 * @param line 1-based.
 */
export function commentsAbout(workflow: Workflow, line: number): Comment[] {
  const comments = commentsOf(workflow);
  const found = comments.filter((comment) => comment.line === line && !comment.alone);
  for (let above = line - 1; ; above -= 1) {
    const comment = comments.find((candidate) => candidate.line === above && candidate.alone);
    if (comment === undefined) return found;
    found.push(comment);
  }
}

function comment(workflow: Workflow, start: number, text: string): Comment {
  const { line, column } = positionAt(workflow.file, start);
  return {
    text: text.trimEnd(),
    line,
    start,
    alone: workflow.file.text.slice(start - column + 1, start).trim() === '',
  };
}

function yamlComments(workflow: Workflow): Comment[] {
  const found: Comment[] = [];
  const visit = (token: unknown): void => {
    if (Array.isArray(token)) {
      token.forEach(visit);
      return;
    }
    if (typeof token !== 'object' || token === null) return;
    const { type, offset, source } = token as { type?: string; offset?: number; source?: string };
    if (type === 'comment' && offset !== undefined && source !== undefined)
      found.push(comment(workflow, offset, source));
    else Object.values(token).forEach(visit);
  };
  for (const token of new Parser().parse(workflow.file.text)) visit(token);
  return found;
}

function shellComments(workflow: Workflow): Comment[] {
  return workflow.jobs.flatMap((job) =>
    job.steps.flatMap((step) => {
      const script = scriptOf(step);
      return script !== undefined && script.source.includes('#') ? commentsIn(workflow, script) : [];
    }),
  );
}

/** A comment of a shell script: `#` at the start of a word that is no part of the syntax tree. */
function commentsIn(workflow: Workflow, script: Script): Comment[] {
  const taken: [number, number][] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Word' || node.type === 'HereDocBody' || node.type === 'ArithmeticCommand') {
      if (node.type !== 'Word' || node.text.includes('#')) taken.push([node.pos, node.end]);
      if (node.type !== 'Word' || !/[$`<>]/.test(node.text)) return;
    }
    forEachChild(node, visit);
  };
  visit(script.ast);
  const found: Comment[] = [];
  for (const match of script.source.matchAll(/(?<=^|[\s;&|(){}])#[^\n]*/g)) {
    const inside = taken.some(([pos, end]) => match.index >= pos && match.index < end);
    const start = script.text.offset(match.index);
    if (!inside && workflow.file.text[start] === '#') found.push(comment(workflow, start, match[0]));
  }
  return found;
}
