import type { Host } from '../host.ts';
import type { Rule } from '../rule.ts';
import { scriptTarget, type Script } from '../shell/script.ts';
import { plainWords, scriptsOf, visitScript } from './scripts.ts';

export const dockerInfoPipe: Rule = {
  id: 'docker-info-pipe',
  title: '`docker info` is not piped into a reader that stops early under `pipefail`.',
  severity: 'error',
  hosts: ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github'],
  why: 'The reader closes the pipe after its first lines, `docker` dies of SIGPIPE, and `pipefail` makes that the result: the step fails on a machine where everything is well, now and then.',
  fix: 'Take the whole output first (`docker info > docker-info.txt; head -n 5 docker-info.txt`), or use `docker info --format`.',
  docs: 'Readers that stop early are `head`, `grep -q`, `grep -m` and `sed` with `q`. `pipefail` holds after `set -o pipefail`, and from the start where the host runs `run:` without `shell:` (or with `shell: bash`) that way. A pipe whose failure is taken care of (`|| true`, a condition) passes.',
  examples: {
    bad: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          set -euo pipefail\n          docker info | head -n 20\n',
    },
    good: {
      'ci.yml':
        'name: CI\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          set -euo pipefail\n          docker info > info.txt\n          head -n 20 info.txt\n',
    },
  },
  check(context) {
    for (const script of scriptsOf(context)) {
      if (!script.source.includes('docker')) continue;
      let pipefail = pipefailAtStart(script, context.host);
      visitScript(script, (node, parents) => {
        const words = plainWords(node);
        if (words?.[0] === 'set') pipefail = afterSet(words, pipefail);
        if (node.type !== 'Pipeline' || !pipefail || isHandled(node, parents)) return;
        const readers = node.commands.map((command) => plainWords(command) ?? []);
        const index = readers.findIndex((reader) => isDockerInfo(reader));
        const reader = index === -1 ? undefined : readers.slice(index + 1).find(stopsEarly);
        if (reader !== undefined) {
          context.report({
            at: scriptTarget(script, node.pos, node.end),
            message: `\`docker info | ${reader[0] ?? ''}\` under \`pipefail\` fails when the reader is done first`,
          });
        }
      });
    }
  },
};

function pipefailAtStart(script: Script, host: Host): boolean {
  const shell = script.step.shell;
  if (shell === undefined) return host.pipefailByDefault;
  return shell.trim() === 'bash' || /\bpipefail\b/.test(shell);
}

function afterSet(words: readonly string[], before: boolean): boolean {
  const index = words.indexOf('pipefail');
  const option = words[index - 1] ?? '';
  return index === -1 ? before : option.startsWith('+') ? false : option.endsWith('o') || before;
}

function isDockerInfo(words: readonly string[]): boolean {
  const command = words[0] === 'sudo' ? words.slice(1) : words;
  return command[0] === 'docker' && command[1] === 'info';
}

function stopsEarly(words: readonly string[]): boolean {
  if (words[0] === 'head') return true;
  if (words[0] === 'sed') return words.slice(1).some((word) => /(^|[\d;{ ])q\b/.test(word));
  return (
    /^[ef]?grep$/.test(words[0] ?? '') &&
    words.slice(1).some((word) => /^-[a-zA-Z]*[qm]/.test(word) || word === '--quiet')
  );
}

/** Whether somebody looks at the result: a later `||`, a condition, a negation. */
function isHandled(node: object, parents: readonly { readonly type: string }[]): boolean {
  let child: object = node;
  for (const parent of [...parents].reverse()) {
    if (parent.type === 'AndOr') {
      const { commands, operators } = parent as unknown as {
        commands: readonly object[];
        operators: readonly string[];
      };
      if (operators.slice(commands.indexOf(child)).includes('||')) return true;
    }
    if (
      (parent.type === 'If' || parent.type === 'While' || parent.type === 'Elif') &&
      (parent as unknown as { clause: object }).clause === child
    )
      return true;
    child = parent;
  }
  return false;
}
