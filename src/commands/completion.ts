import { readdirSync } from 'node:fs';
import { RootCommand, type Command as CompletedCommand, type Complete } from '@bomb.sh/tab';
import type { Command, Option } from 'commander';
import { readConfigFile } from '../config/file.ts';
import { UsageError } from '../errors.ts';
import { configPath, type CommandContext } from './context.ts';

/**
 * One script per shell. Each hands the words typed so far to `greenlane complete` as they are, never to `eval`: a key
 * press must not run what somebody has only begun to type. They need nothing beside the shell.
 */
const SCRIPTS = {
  bash: `_greenlane() {
  local value rest
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    case $value in ''|:*) ;; *) COMPREPLY+=("$value") ;; esac
  done < <(greenlane complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _greenlane greenlane
`,
  zsh: `#compdef greenlane
_greenlane() {
  local -a found
  local line
  for line in "\${(@f)$(greenlane complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line || $line == :* ]] || found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( ! $#found )); then _files
  elif [[ $words[CURRENT] == -* ]]; then _describe -o option found
  else _describe word found
  fi
}
compdef _greenlane greenlane
`,
  fish: `function __greenlane_complete
  set -l words (commandline -opc) (commandline -ct)
  greenlane complete -- $words[2..-1] 2>/dev/null | string match --invert ':*'
end
complete -c greenlane -f -a '(__greenlane_complete)'
`,
} as const;

const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

/** Prints a shell's completion script. @throws UsageError */
export function printScript(shell: string | undefined, context: CommandContext): number {
  const known = SHELLS.find((one) => one === shell);
  if (known === undefined)
    throw new UsageError(
      `completion: expected ${SHELLS.join(', ')}, got ${JSON.stringify(shell?.slice(0, 40) ?? '')}. For bash: source <(greenlane completion bash)`,
    );
  context.stdout(SCRIPTS[known]);
  return 0;
}

/** Answers the script: what may follow `words`, from the commands and options that the command line itself defines. */
export function complete(program: Command, words: readonly string[], context: CommandContext): number {
  const root = new RootCommand();
  addOptions(root, program.options, context);
  for (const command of program.commands) {
    const completed = root.command(command.name(), command.description());
    addOptions(completed, [...command.options, ...program.options], context, command.name());
    for (const argument of command.registeredArguments)
      completed.argument(
        argument.name(),
        valuesOf(`${command.name()} ${argument.name()}`, context),
        argument.variadic,
      );
  }
  root.parse([...words]);
  return 0;
}

function addOptions(
  command: CompletedCommand,
  options: readonly Option[],
  context: CommandContext,
  of = '',
): void {
  for (const option of options) {
    const name = option.long?.replace(/^--/, '');
    if (name === undefined) continue;
    const short = option.short?.replace(/^-/, '');
    if (option.required || option.optional)
      command.option(name, option.description, valuesOf(`${of} ${name}`, context), short);
    else command.option(name, option.description, short);
  }
}

/** What can be said of a value: names that are fixed, fleets of the configuration, files of this directory. */
function valuesOf(place: string, context: CommandContext): (complete: Complete) => void {
  return (say) => {
    for (const value of candidates(place, context)) say(value, '');
  };
}

function candidates(place: string, context: CommandContext): readonly string[] {
  const [command, name] = place.split(' ');
  switch (name) {
    case 'shell':
      return SHELLS;
    case 'host':
      return command === 'lint'
        ? ['gitea-1.22', 'gitea-1.26', 'forgejo', 'github']
        : ['127.0.0.1', '0.0.0.0'];
    case 'format':
      return command === 'report' ? ['html', 'md'] : ['text', 'github', 'json', 'sarif'];
    case 'fleet':
      return fleets(context);
    case 'config':
    case 'output':
    case 'history':
    case 'body':
    case 'files':
    case 'workflow-dir':
      return entries(context.cwd);
    default:
      return [];
  }
}

/** A configuration that cannot be read completes nothing: a key press is no place for an error. */
function fleets(context: CommandContext): readonly string[] {
  try {
    return Object.keys(readConfigFile(configPath({}, context)).fleets);
  } catch {
    return [];
  }
}

function entries(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}
