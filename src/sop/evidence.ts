import { oneLine } from '../safety/neutralise.ts';
import { sectionsOf, topicOf, TOPICS, type Topic } from './section.ts';

/** What the answers are measured against. */
export interface EvidenceSetting {
  /** Required contexts of the fleet. */
  readonly contexts: readonly string[];
  readonly killSwitches: readonly string[];
  /** The pull-request template, when there is one. */
  readonly template?: string;
}

export interface Evidence {
  readonly topic: Topic;
  readonly ok: boolean;
  /** What is missing and what would do, or what was found. */
  readonly message: string;
}

/** Answers that say nothing. */
const EMPTY =
  /^(n\s*\/?\s*a|none|no|nope|nothing|not (applicable|needed|relevant)|same( as (above|before))?|see (above|below)|unchanged|tbd|todo|to do|fixme|wip|yes|ok|okay|done|x|-+|–|—|\?+|\.+|…)[.!]?$/i;
const FEWEST_WORDS = 5;
/** Of a longer body or answer the rest is not read: patterns would be busy with it, and no evidence needs it. */
const LONGEST_BODY = 65_536;
const LONGEST_ANSWER = 5_000;

/** Judges the answers of a pull request's body to the six questions of the SOP; a pure decision. */
export function judgeEvidence(body: string, setting: EvidenceSetting): Evidence[] {
  const answers = answersIn(body.slice(0, LONGEST_BODY));
  const templated = answersIn(setting.template ?? '');
  return TOPICS.map((topic) => {
    const answer = answers.get(topic);
    if (answer === undefined)
      return {
        topic,
        ok: false,
        message: `there is no answer to "${topic}": add a section with that heading`,
      };
    const text = meaningful(answer, templated.get(topic));
    if (text === '')
      return {
        topic,
        ok: false,
        message: `the answer to "${topic}" is empty, a template or "n/a"; ${WANTED[topic]}`,
      };
    const problem = CHECKS[topic](text, setting);
    return problem === undefined
      ? { topic, ok: true, message: oneLine(text, 100) }
      : { topic, ok: false, message: problem };
  });
}

const WANTED: Readonly<Record<Topic, string>> = {
  'root cause': 'say which failure mode or gap this closes',
  'deploy gate': 'name the exact contexts that must be green before any side effect',
  'kill switch': 'say how to stop a rollout without reverting: a variable or a command',
  verification: 'say how production is proven afterwards',
  logging: 'say why nothing raw or secret reaches the logs',
  rollback: 'name the exact command, variable or workflow',
};

function answersIn(body: string): Map<Topic, string> {
  const answers = new Map<Topic, string>();
  for (const section of sectionsOf(body)) {
    const topic = topicOf(section.label);
    if (topic === undefined) continue;
    const all = [answers.get(topic) ?? '', section.text].join('\n').trim();
    answers.set(topic, all.slice(0, LONGEST_ANSWER));
  }
  return answers;
}

/** What is left of an answer without what the template said, placeholders and words that say nothing. */
function meaningful(answer: string, template: string | undefined): string {
  const known = new Set((template ?? '').split('\n').map(normal));
  const lines = answer.split('\n').filter((line) => {
    const text = normal(line);
    return text !== '' && !known.has(text) && !EMPTY.test(text) && !isPlaceholder(line);
  });
  return lines.join('\n').trim();
}

function normal(line: string): string {
  return line
    .replace(/^\s*(?:[-*+>]|\d+[.)])\s+/, '')
    .replace(/^\[[ xX]\]\s*/, '')
    .replace(/[*_`~]/g, '')
    .trim();
}

/** `<describe …>`, `[which contexts]`, `_what failed?_`, `...`: the writing of a template. */
function isPlaceholder(line: string): boolean {
  const text = line.trim().replace(/^[-*+]\s+/, '');
  return (
    /^(<[^>]*>|\[[^\]]*\](?!\()|_[^_]*_|\*[^*]*\*|\{[^}]*\})[.:]?$/.test(text) ||
    /^(describe|explain|name|list|fill in|replace)\b.*(\.\.\.|…|here)\.?$/i.test(text)
  );
}

type Check = (text: string, setting: EvidenceSetting) => string | undefined;

const CHECKS: Readonly<Record<Topic, Check>> = {
  'root cause': enoughWords('root cause'),
  verification: enoughWords('verification'),
  logging: enoughWords('logging'),
  'deploy gate': (text, { contexts }) => {
    const unknown = contextsNamed(text).find((name) => !contexts.includes(name));
    if (unknown !== undefined)
      return `the answer to "deploy gate" names \`${oneLine(unknown, 80)}\`, which is no required context`;
    if (contexts.some((context) => text.includes(context))) return undefined;
    return `the answer to "deploy gate" names no real context; ${WANTED['deploy gate']}, such as \`${contexts[0] ?? ''}\``;
  },
  'kill switch': (text, { killSwitches }) => {
    if (killSwitches.some((name) => text.includes(name)) || namesCommand(text)) return undefined;
    return `the answer to "kill switch" names neither a switch (${killSwitches.join(', ')}) nor a command`;
  },
  rollback: (text) => {
    const workflow = /\b[\w./-]+\.ya?ml\b/.test(text);
    const variable = /\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/.test(text);
    return workflow || variable || namesCommand(text)
      ? undefined
      : 'the answer to "rollback" names no command, variable or workflow';
  },
};

function enoughWords(topic: Topic): Check {
  return (text) => {
    const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}'/.:_-]*/gu) ?? [];
    return words.length >= FEWEST_WORDS
      ? undefined
      : `the answer to "${topic}" is too short to be checked; ${WANTED[topic]}`;
  };
}

/** A command as one would type it: a code span or block that is no lone word, or a Greenlane or git command. */
function namesCommand(text: string): boolean {
  if (/\bgreenlane (halt|abort|freeze|pin|rollback|redeploy|supersede)\b/.test(text)) return true;
  return [...text.matchAll(/`+([^`]+)`+/g)].some((match) => /\S\s+\S/.test((match[1] ?? '').trim()));
}

/** Texts of the shape of a context: `CI / test (push)`. */
function contextsNamed(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  return quoted.map((name) => name.trim()).filter((name) => /^[^/]+ \/ .+ \([a-z_]+\)$/.test(name));
}
