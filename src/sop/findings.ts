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

/** `C1: text`, `**[C1]** – text`, `re #C1: text`, at the start of a line. */
const NAMED = /^[\s*_-]*(?:re\s+)?\[?#?([A-Za-z]{1,3}-?\d{1,3})\]?[*_]*\s*[:–—-]/i;

/** Anybody may write a remark of a megabyte, and of any number of lines: so many of them are looked at. */
const MOST_FINDINGS = 500;
const MOST_ANSWERS = 100;
/** Characters of an answer that are looked at. */
const LONGEST_ANSWER = 4_000;

/**
 * The critical and required findings of reviews and remarks, and which of them are closed; a pure decision. Closing is
 * a line that names the finding (`C1: …`), or that follows a quote of it, and gives a change with its verification, a
 * rejection with evidence, or a follow-up that is said not to block the merge. Acknowledging is not closing. Where
 * there are more than anybody answers, the last one says so and is open.
 */
export function judgeFindings(said: readonly Said[], body: string): ReviewFinding[] {
  const answers = new Answers([...said.map((one) => one.body), body]);
  const found: ReviewFinding[] = [];
  for (const { user, body: own } of said) {
    for (const line of linesOf(own)) {
      if (line.trimStart().startsWith('>')) continue;
      const match = FINDING.exec(beginningOf(line));
      if (match === null) continue;
      if (found.length === MOST_FINDINGS) return [...found, tooMany(user)];
      const [, , id, text = ''] = match;
      const closings = answers.to(id, text).map(closing);
      const closed = closings.find((one) => one.closed);
      const message = closed?.message ?? closings[0]?.message ?? openMessage(id);
      found.push({ id, user, text: oneLine(text, 120), closed: closed !== undefined, message });
    }
  }
  return found;
}

function tooMany(user: string): ReviewFinding {
  const message = `there are more than ${MOST_FINDINGS} findings; the others were not looked at`;
  return { id: undefined, user, text: 'and more', closed: false, message };
}

function openMessage(id: string | undefined): string {
  return id === undefined
    ? 'nobody has answered it; quote it in the answer, or give it a name such as C1'
    : `nobody has answered it; write \`${id}: …\``;
}

/** What answers findings: what follows their name, or a quote of them, to the end of the paragraph. */
class Answers {
  /** By the name that the answer begins with, in lower case. */
  readonly #named = new Map<string, string[]>();
  readonly #quoting: { readonly quote: string; readonly answer: string }[] = [];

  constructor(texts: readonly string[]) {
    for (const lines of texts.map(linesOf)) {
      lines.forEach((line, index) => {
        const name = NAMED.exec(beginningOf(line))?.[1]?.toLowerCase();
        if (name !== undefined) this.#add(name, () => paragraph(lines, index));
        if (/^\s*>/.test(line) && !/^\s*>/.test(lines[index + 1] ?? '>'))
          this.#quoting.push({ quote: line, answer: paragraph(lines, nextText(lines, index + 1)) });
      });
    }
  }

  to(id: string | undefined, finding: string): readonly string[] {
    const beginning = finding.slice(0, 60);
    const quoting = this.#quoting.filter(({ quote }) => quote.includes(beginning));
    return [
      ...(id === undefined ? [] : (this.#named.get(id.toLowerCase()) ?? [])),
      ...quoting.slice(0, MOST_ANSWERS).map(({ answer }) => answer),
    ];
  }

  #add(name: string, answer: () => string): void {
    const known = this.#named.get(name) ?? [];
    if (known.length < MOST_ANSWERS) this.#named.set(name, [...known, answer()]);
  }
}

function nextText(lines: readonly string[], from: number): number {
  let index = from;
  while (index < lines.length && (lines[index] ?? '').trim() === '') index += 1;
  return index;
}

function paragraph(lines: readonly string[], from: number): string {
  let text = beginningOf(lines[from] ?? '');
  for (let index = from + 1; index < lines.length && text.length < LONGEST_ANSWER; index += 1) {
    const line = lines[index] ?? '';
    if (line.trim() === '') break;
    text += ` ${line}`;
  }
  return text.slice(0, LONGEST_ANSWER);
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
