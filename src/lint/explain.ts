import { HOSTS, hostFacts } from './host.ts';
import type { Rule } from './rule.ts';

/** Everything there is to say of a rule, for a terminal; ends with a newline. */
export function explainRule(rule: Rule): string {
  const example = (files: Readonly<Record<string, string>>) =>
    Object.entries(files)
      .filter(([file]) => !file.startsWith('.'))
      .map(
        ([file, text]) =>
          `    # ${file}\n${text
            .trimEnd()
            .split(/\r?\n/)
            .map((line) => `    ${line}`)
            .join('\n')}`,
      )
      .join('\n\n');
  const severity = `${rule.severity}; on ${rule.hosts.length === HOSTS.length ? 'every host' : rule.hosts.join(', ')}`;
  return `${rule.id} (${severity})\n\n${rule.title}\n\nWhy: ${whyOf(rule)}\n\nFix: ${rule.fix}\n\n${rule.docs}\n\nBad:\n\n${example(rule.examples.bad)}\n\nGood:\n\n${example(rule.examples.good)}\n`;
}

/** Why a rule matters; by host where they differ. */
export function whyOf(rule: Rule): string {
  const { why } = rule;
  if (typeof why === 'string') return why;
  const byHost = rule.hosts.map((id) => ({ label: hostFacts(id).label, text: why(hostFacts(id)) }));
  const texts = new Set(byHost.map(({ label, text }) => text.replaceAll(label, '')));
  return texts.size === 1
    ? (byHost[0]?.text ?? '')
    : byHost.map(({ label, text }) => `On ${label}: ${text}`).join(' ');
}
