import { oneLine } from '../safety/neutralise.ts';

/** Something said on a pull request: a review, a remark, the body itself. */
export interface Said {
  readonly user: string;
  readonly body: string;
}

/** A critical or required finding of a review, and whether it is closed. */
export interface ReviewFinding {
  /** What it is called: `C1`; undefined when its author gave it no name. */
  readonly id: string | undefined;
  readonly user: string;
  readonly text: string;
  readonly closed: boolean;
  /** Why it is open, or how it was closed. */
  readonly message: string;
}

/** `Critical C1: text`, `[critical] text`, `**Required (R2):** text`, at the start of a line. */
const FINDING =
  /^[\s>*_#-]*\[?(critical|required)\b[\s*_]*[([]?\s*#?([A-Za-z]{1,3}-?\d{1,3})?\s*[)\]]*[\s*_]*[:\]–—-]+[\s*_:]*(\S.*)$/i;

/**
 * The critical and required findings of reviews and remarks, and which of them are closed; a pure decision. Closing is
 * a line that names the finding (`C1: …`), or that follows a quote of it, and gives a change with its verification, a
 * rejection with evidence, or a follow-up that is said not to block the merge. Acknowledging is not closing.
 */
export function judgeFindings(said: readonly Said[], body: string): ReviewFinding[] {
  const texts = [...said.map((one) => one.body), body];
  return said.flatMap(({ user, body: own }) =>
    linesOf(own).flatMap((line) => {
      if (line.trimStart().startsWith('>')) return [];
      const match = FINDING.exec(beginningOf(line));
      if (match === null) return [];
      const [, , id, text = ''] = match;
      const answers = texts.flatMap((candidate) => answersTo(candidate, id, text));
      const closings = answers.map(closing);
      const closed = closings.find((one) => one.closed);
      const message = closed?.message ?? closings[0]?.message ?? openMessage(id);
      return [{ id, user, text: oneLine(text, 120), closed: closed !== undefined, message }];
    }),
  );
}

function openMessage(id: string | undefined): string {
  return id === undefined
    ? 'nobody has answered it; quote it in the answer, or give it a name such as C1'
    : `nobody has answered it; write \`${id}: …\``;
}

/** Texts that answer a finding: after its name, or after a quote of it, to the end of the paragraph. */
function answersTo(text: string, id: string | undefined, finding: string): string[] {
  const lines = linesOf(text);
  const found: string[] = [];
  const name =
    id === undefined ? undefined : new RegExp(`^[\\s*_-]*(?:re\\s+)?\\[?#?${id}\\]?[*_]*\\s*[:–—-]`, 'i');
  lines.forEach((line, index) => {
    const named = name?.test(beginningOf(line)) === true;
    const quoted =
      /^\s*>/.test(line) && line.includes(finding.slice(0, 60)) && !/^\s*>/.test(lines[index + 1] ?? '>');
    if (named) found.push(paragraph(lines, index));
    if (quoted) found.push(paragraph(lines, nextText(lines, index + 1)));
  });
  return found;
}

function nextText(lines: readonly string[], from: number): number {
  let index = from;
  while (index < lines.length && (lines[index] ?? '').trim() === '') index += 1;
  return index;
}

function paragraph(lines: readonly string[], from: number): string {
  const end = lines.findIndex((line, index) => index > from && line.trim() === '');
  return lines.slice(from, end === -1 ? undefined : end).join(' ');
}

/** Whether an answer closes a finding: one of the three ways of the SOP. */
function closing(answer: string): { closed: boolean; message: string } {
  const sha = /\b[0-9a-f]{7,40}\b/i.test(answer);
  const pointer = sha || /https?:\/\/\S+|`[^`]+`|#\d+/.test(answer);
  if (/\bfollow[- ]?up\b/i.test(answer)) {
    const issue = /#\d+|https?:\/\/\S+/.test(answer);
    const free = /\b(non[- ]?(merge[- ])?blocking|not (merge[- ])?blocking|does not block)\b/i.test(answer);
    if (issue && free) return { closed: true, message: 'a follow-up that does not block' };
    return { closed: false, message: 'a follow-up closes it only with its issue and the word non-blocking' };
  }
  if (/\b(reject(ed|ion|ing)?|not a (problem|finding)|won'?t fix|disagree)\b/i.test(answer)) {
    if (pointer && answer.split(/\s+/).length >= 8)
      return { closed: true, message: 'rejected with evidence' };
    return {
      closed: false,
      message: 'a rejection closes it only with evidence: a link, a commit, a command and what it shows',
    };
  }
  if (/\b(fix(ed|es)?|chang(ed|es)|remov(ed|es)|add(ed|s)?|replac(ed|es)|done)\b/i.test(answer)) {
    const verified = /\b(verif(ied|ication|y)|tested|test|proven|shown)\b/i.test(answer);
    if (sha && verified) return { closed: true, message: 'changed and verified' };
    return { closed: false, message: 'a change closes it only with its commit and how it was verified' };
  }
  return {
    closed: false,
    message:
      'acknowledging is not closing: change and verify it, reject it with evidence, or file a non-blocking follow-up',
  };
}

/**
 * What of a line a pattern looks at: anybody may write one, and thousands of spaces or stars would keep it busy for
 * minutes.
 */
function beginningOf(line: string): string {
  return line.replace(/\s+/g, ' ').slice(0, 2_000);
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}
