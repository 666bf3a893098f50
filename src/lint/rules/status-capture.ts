import type { AndOr, SyntaxNode } from 'unbash';
import type { Rule } from '../rule.ts';
import { scriptTarget } from '../shell/script.ts';
import { plainWords, scriptsOf, visitScript } from './scripts.ts';

export const statusCapture: Rule = {
  id: 'status-capture',
  title: 'A captured status code has its fallback outside the substitution.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: "`curl -w '%{http_code}'` prints its code even when it fails, and the fallback prints another behind it: the variable holds `000000` or `200000`, which equals no code that is compared with it.",
  fix: "Put the fallback behind the assignment: `CODE=$(curl … -w '%{http_code}' …) || CODE=000`.",
  docs: 'Looked for in `$(…)` and backticks: a `curl` (or a pipe with one) whose `-w` names `http_code` or `response_code`, followed by `||` and a command that prints.',
  examples: {
    bad: {
      'smoke.yml':
        'name: Smoke\non: [push]\njobs:\n  smoke:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          CODE=$(curl -s -o body.txt -w \'%{http_code}\' "$URL" || echo 000)\n          test "$CODE" = 200\n',
    },
    good: {
      'smoke.yml':
        'name: Smoke\non: [push]\njobs:\n  smoke:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          CODE=$(curl -s -o body.txt -w \'%{http_code}\' "$URL") || CODE=000\n          test "$CODE" = 200\n',
    },
  },
  check(context) {
    for (const script of scriptsOf(context)) {
      if (!mayHold(script.source)) continue;
      visitScript(script, (node) => {
        if (node.type !== 'CommandExpansion') return;
        const chain = node.script?.commands
          .map((statement) => statement.command)
          .find((command) => command.type === 'AndOr');
        if (chain !== undefined && hasPrintedFallback(chain)) {
          context.report({
            at: scriptTarget(script, node.pos, node.end),
            message: 'the fallback inside the substitution is printed behind the status code of `curl -w`',
          });
        }
      });
    }
  },
};

/** Walking a script costs more than this look at its text. */
function mayHold(source: string): boolean {
  return (
    /%\{(http_code|response_code)\}/.test(source) && /\|\|[\s\\]*([{(]|(echo|printf|cat)\b)/.test(source)
  );
}

function hasPrintedFallback(chain: AndOr): boolean {
  const first = chain.commands.findIndex((command) => printsCode(command));
  if (first === -1) return false;
  return chain.commands.some(
    (command, index) => index > first && chain.operators[index - 1] === '||' && prints(command),
  );
}

function printsCode(node: SyntaxNode): boolean {
  if (node.type === 'Pipeline') return node.commands.some(printsCode);
  const words = plainWords(node);
  const curl = words?.findIndex((word) => /(^|\/)curl$/.test(word)) ?? -1;
  return curl !== -1 && (words ?? []).slice(curl).some((word) => /%\{(http_code|response_code)\}/.test(word));
}

function prints(node: SyntaxNode): boolean {
  if (node.type === 'BraceGroup' || node.type === 'Subshell')
    return node.body.commands.some((statement) => prints(statement.command));
  return /^(echo|printf|cat)$/.test(plainWords(node)?.[0] ?? '');
}
