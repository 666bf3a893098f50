import { Command, CommanderError, Option } from 'commander';
import type { CommandContext, GlobalOptions } from './commands/context.ts';
import { isScreen, outputTo } from './commands/output.ts';
import { GreenlaneError } from './errors.ts';
import { Terminal } from './progress/terminal.ts';
import { forTerminal } from './safety/neutralise.ts';
import { VERSION } from './version.ts';

/**
 * The command line: one line per command. Each command's code is loaded when it is called, so that `plan` and `lint`
 * start at once (docs/architecture.md).
 */
type Options = GlobalOptions & Record<string, never>;
type Runner = (options: Options, context: CommandContext, args: readonly string[]) => Promise<number>;

const REASON = '--reason <text>';
const SHA = '--sha <sha>';

export async function main(argv: readonly string[], context: CommandContext): Promise<number> {
  let exitCode = 0;
  const program = new Command('greenlane');
  const definitions = new Map<string, () => void>();
  const define = (
    usage: string,
    description: string,
    options: readonly (readonly [flags: string, description: string])[],
    example: string,
    runner: Runner,
  ): void => {
    definitions.set(usage.replace(/ .*/, ''), () => {
      const command = program.command(usage).description(description);
      for (const [flags, text] of options) command.addOption(new Option(flags, text));
      command.addHelpText('after', `\nExample:\n  ${example}`);
      command.action(async (...all: unknown[]) => {
        const self = all.pop() as Command;
        const { reason } = self.opts<{ reason?: string }>();
        // Loaded only where somebody gives one: `plan` is to start at once.
        if (reason !== undefined) {
          const { cleanReason } = await import('./commands/reason.ts');
          self.setOptionValue('reason', cleanReason(reason, context.env));
        }
        exitCode = await runner(self.optsWithGlobals<Options>(), context, self.args);
      });
    });
  };

  program
    .description('Takes a green commit on main to every tenant of a production fleet, and proves it arrived.')
    .version(VERSION)
    .option('--config <file>', 'configuration file (default: GREENLANE_CONFIG, else greenlane.yaml)')
    .option('--fleet <name>', 'fleet (default: production, or the only one)')
    .option('--json', 'machine output on stdout, everything else on stderr')
    .configureOutput({
      writeOut: context.stdout,
      writeErr: context.stderr,
      // It quotes what was typed, or what a CI expression became.
      outputError: (text, write) =>
        write(
          `greenlane: ${forTerminal(text)
            .replace(/^error: /, '')
            .trim()}\n`,
        ),
    })
    .showHelpAfterError('(see greenlane --help, or greenlane COMMAND --help)')
    .exitOverride();

  define(
    'deploy',
    'start or attach to the deploy of a SHA, show it, wait for its end',
    [
      [SHA, 'full SHA (default: GITHUB_SHA)'],
      ['--dry-run', 'read everything, call nothing'],
      ['--urgent', 'to the head of the queue (with --reason)'],
      ['--again', 'deploy once more although it ended well (with --reason)'],
      [REASON, 'stands in the audit trail'],
      ['--no-wait', 'start it and return'],
      ['--timeout <duration>', 'wait at most this long; the deploy goes on'],
    ],
    'greenlane deploy --sha "$GITHUB_SHA"',
    async (o, c) => (await import('./commands/deploy.ts')).run(o, c),
  );
  define(
    'plan',
    'print what a deploy would do, as JSON; needs no server',
    [
      [SHA, 'full SHA (default: GITHUB_SHA)'],
      ['--tenants <n>', 'size of the fleet, for the number of waves and the longest time'],
    ],
    'greenlane plan --sha "$GITHUB_SHA" --tenants 30',
    async (o, c) => (await import('./commands/plan.ts')).run(o, c),
  );
  define(
    'gates',
    'print each required context and its state, once',
    [[SHA, 'full SHA (default: GITHUB_SHA)']],
    'greenlane gates --sha "$GITHUB_SHA"',
    async (o, c) => (await import('./commands/gates.ts')).run(o, c),
  );
  define(
    'check-superseded',
    "print the branch's head when it is newer: exit 0 superseded, 10 still the latest or unreadable",
    [[SHA, 'SHA, full or of 7 digits and more (default: GITHUB_SHA)']],
    'greenlane check-superseded --sha "$GITHUB_SHA"',
    async (o, c) => (await import('./commands/check-superseded.ts')).run(o, c),
  );

  const steer = async (
    name: 'halt' | 'resume' | 'abort' | 'supersede' | 'skip-soak' | 'approve' | 'reject',
    o: Options,
    c: CommandContext,
  ) => (await import('./commands/steer.ts')).run(name, o, c);
  const one: readonly (readonly [string, string])[] = [
    [SHA, 'the deploy of this SHA (default: the one that holds the fleet)'],
    [REASON, 'stands in the audit trail'],
  ];
  define(
    'halt',
    'stop before the next call; says what is out and what is where',
    one,
    'greenlane halt --reason "errors on the canary"',
    async (o, c) => steer('halt', o, c),
  );
  define(
    'resume',
    'go on with a halted deploy, after asking its tenants',
    one,
    'greenlane resume --reason "false alarm"',
    async (o, c) => steer('resume', o, c),
  );
  define(
    'abort',
    'end a deploy where it is; the fleet stays mixed',
    one,
    'greenlane abort --reason "fixing forward"',
    async (o, c) => steer('abort', o, c),
  );
  define(
    'supersede',
    'end a deploy at the next wave because a newer one comes',
    [...one, ['--by <sha>', 'the SHA that supersedes it']],
    'greenlane supersede --by 2863380 --reason "hotfix first"',
    async (o, c) => steer('supersede', o, c),
  );
  define(
    'skip-soak',
    'cut the soak that runs now short',
    one,
    'greenlane skip-soak --reason "metrics are flat"',
    async (o, c) => steer('skip-soak', o, c),
  );
  define(
    'approve',
    'let a deploy that waits for approval go on',
    one,
    'greenlane approve --sha "$SHA" --reason "reviewed"',
    async (o, c) => steer('approve', o, c),
  );
  define(
    'reject',
    'end a deploy that waits for approval',
    one,
    'greenlane reject --sha "$SHA" --reason "not today"',
    async (o, c) => steer('reject', o, c),
  );
  define(
    'rollback',
    'take touched tenants back to what each ran; with --to, deploy a tag at the head of the queue',
    [
      ...one,
      ['--to <tag>', 'deploy this tag instead: a deploy of its own, without gates'],
      ['--no-wait', 'start it and return'],
      ['--timeout <duration>', 'wait at most this long'],
    ],
    'greenlane rollback --reason "checkout is broken"',
    async (o, c) => (await import('./commands/rollback.ts')).run(o, c),
  );
  define(
    'retry',
    'try a deploy that failed or is halted again; only tenants that are not on the release are called',
    [...one, ['--no-wait', 'start it and return'], ['--timeout <duration>', 'wait at most this long']],
    'greenlane retry --sha "$SHA" --reason "disk was full"',
    async (o, c) => (await import('./commands/retry.ts')).run(o, c),
  );
  define(
    'redeploy',
    'the manual fallback: a tag, else PROD_MANUAL_REDEPLOY_TARGET_TAG, else the head of the branch',
    [
      ['--to <tag>', 'the tag'],
      [REASON, 'stands in the audit trail'],
      ['--no-wait', 'start it and return'],
      ['--timeout <duration>', 'wait at most this long'],
    ],
    'greenlane redeploy --reason "CI is down" --to staging-2863380',
    async (o, c) => (await import('./commands/redeploy.ts')).run(o, c),
  );

  const hold = async (name: 'pin' | 'unpin' | 'freeze' | 'unfreeze', o: Options, c: CommandContext) =>
    (await import('./commands/hold.ts')).run(name, o, c);
  define(
    'pin',
    'hold the fleet on one tag: auto deploys of any other wait',
    [
      ['--tag <tag>', 'the tag'],
      [REASON, 'stands in the audit trail'],
    ],
    'greenlane pin --tag staging-2863380 --reason "bad migration"',
    async (o, c) => hold('pin', o, c),
  );
  define(
    'unpin',
    'lift the pin',
    [[REASON, 'stands in the audit trail']],
    'greenlane unpin --reason "fixed"',
    async (o, c) => hold('unpin', o, c),
  );
  define(
    'freeze',
    'hold all auto deploys',
    [
      ['--until <time>', 'a duration such as 2h, or a time'],
      [REASON, 'stands in the audit trail'],
    ],
    'greenlane freeze --until 2h --reason "sale"',
    async (o, c) => hold('freeze', o, c),
  );
  define(
    'unfreeze',
    'lift the freeze',
    [[REASON, 'stands in the audit trail']],
    'greenlane unfreeze --reason "over"',
    async (o, c) => hold('unfreeze', o, c),
  );

  const show = async (what: 'status' | 'queue' | 'history', o: Options, c: CommandContext) =>
    (await import('./commands/status.ts')).run(what, o, c);
  define(
    'status',
    'what runs on the fleet; with --sha, all there is to say of one deploy',
    [[SHA, 'SHA, full or its first digits']],
    'greenlane status',
    async (o, c) => show('status', o, c),
  );
  define('queue', 'who holds the fleet, who waits and why', [], 'greenlane queue', async (o, c) =>
    show('queue', o, c),
  );
  define('history', 'the last releases and how they ended', [], 'greenlane history', async (o, c) =>
    show('history', o, c),
  );
  define(
    'watch',
    'show a running deploy until it ends',
    [[SHA, 'the deploy of this SHA (default: the one that holds the fleet)']],
    'greenlane watch',
    async (o, c) => (await import('./commands/watch.ts')).run(o, c),
  );

  define(
    'board',
    'a read-only page for the team screen: what runs, who waits and why, the last releases',
    [
      ['--port <n>', 'port (default 8234; 0 for any free one)'],
      ['--host <address>', 'address to listen on (default 127.0.0.1: this machine only)'],
    ],
    'greenlane board',
    async (o, c) => (await import('./commands/board.ts')).run(o, c),
  );
  define(
    'report',
    'one page about one deploy: verdict, timeline, fleet, gates, audit trail',
    [
      [SHA, 'the deploy of this SHA (default: the one that holds the fleet, else the last that did)'],
      ['--deploy <id>', 'a workflow id, e.g. of a redeploy or rollback: greenlane history --json has them'],
      ['-o, --output <file>', 'where to write it (default: stdout)'],
      ['--format <format>', 'html or md (default: by the name of the file, else html)'],
      ['--history <files...>', 'histories exported from Temporal, instead of asking it'],
    ],
    'greenlane report --sha "$SHA" -o report.html',
    async (o, c) => (await import('./commands/report.ts')).run(o, c),
  );

  define(
    'worker',
    'run the worker of the lane: it has the secrets and does the work',
    [],
    'greenlane worker',
    async (o, c) => (await import('./commands/worker.ts')).run(o, c),
  );
  define(
    'setup',
    'register the search attributes in the namespace; send new deploys to a build of the worker',
    [['--current-build <id>', 'the build that takes new deploys, where workers are versioned']],
    'greenlane setup',
    async (o, c) => (await import('./commands/setup.ts')).run(o, c),
  );
  define(
    'doctor',
    'check everything a deploy needs, without side effects; a remedy per line',
    [],
    'greenlane doctor',
    async (o, c) => (await import('./commands/doctor.ts')).run(o, c),
  );
  define(
    'dev',
    'a Temporal server with UI, a worker and a simulated fleet, until Ctrl-C',
    [
      ['--tenants <n>', 'size of the fleet (default 30)'],
      ['--port <n>', 'port of the server'],
    ],
    'greenlane dev',
    async (o, c) => (await import('./commands/dev.ts')).run(o, c),
  );
  define(
    'demo',
    'a whole deploy on a simulated fleet',
    [
      ['--tenants <n>', 'size of the fleet (default 30)'],
      ['--keep', 'leave everything running to look around'],
      ['--failing-canary', 'the canary comes up unhealthy'],
      ['--straggler', 'one tenant stays on the old image'],
      ['--halt', 'halt in the middle and resume'],
      ['--rollback', 'halt in the middle and roll back'],
    ],
    'greenlane demo --keep',
    async (o, c) => (await import('./commands/demo.ts')).run(o, c),
  );

  define(
    'lint [files...]',
    'check CI workflow files',
    [
      ['--workflow-dir <dir>', 'directory of workflows'],
      ['--format <format>', 'text, github, json or sarif'],
      ['--host <host>', 'gitea-1.22, gitea-1.26, forgejo or github'],
      ['--fix', 'mend what is safe to mend'],
      ['--explain <rule>', 'print a rule'],
    ],
    'greenlane lint --format github',
    async (o, c, files) => (await import('./commands/lint.ts')).run({ ...o, files }, c),
  );
  define(
    'sop',
    'check a pull request that touches production CI/CD against the SOP',
    [
      ['--pr <n>', 'pull request'],
      ['--body <file>', 'check only this text'],
      ['--no-post', 'do not post a commit status'],
    ],
    'greenlane sop --pr 7',
    async (o, c) => (await import('./commands/sop.ts')).run(o, c),
  );
  define(
    'self-test',
    'lint the repository and check the configuration, before a deploy',
    [],
    'greenlane self-test',
    async (o, c) => (await import('./commands/self-test.ts')).run(o, c),
  );

  define(
    'completion <shell>',
    'print the completion script of a shell: bash, zsh or fish',
    [],
    'source <(greenlane completion bash)',
    async (_o, c, [shell]) => (await import('./commands/completion.ts')).printScript(shell, c),
  );

  // Where the first word is a command nobody sees the others, and to make them all takes a tenth of a plan's time.
  const asked = definitions.get(argv[0] ?? '');
  for (const make of asked === undefined ? definitions.values() : [asked]) make();
  try {
    // What the completion scripts ask at each key press; no command for people.
    if (argv[0] === 'complete' && argv[1] === '--')
      return (await import('./commands/completion.ts')).complete(program, argv.slice(2), context);
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, context);
  }
}

/** Every end that is not an outcome: one line, what is wrong and what to do, and the exit code of the contract. */
function explain(error: unknown, context: CommandContext): number {
  if (error instanceof CommanderError)
    return error.code === 'commander.helpDisplayed' ||
      error.code === 'commander.version' ||
      error.code === 'commander.help'
      ? error.exitCode
      : 2;
  if (error instanceof GreenlaneError) {
    context.stderr(`greenlane: ${error.message}\n`);
    return error.exitCode;
  }
  const name = error instanceof Error ? error.name : 'error';
  context.stderr(
    `greenlane: unexpected ${name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}. This is a bug; GREENLANE_DEBUG=1 shows where.\n`,
  );
  if (context.env['GREENLANE_DEBUG'] === '1' && error instanceof Error)
    context.stderr(`${error.stack ?? ''}\n`);
  return 1;
}

const terminal = isScreen(1) && process.env['TERM'] !== 'dumb' ? new Terminal(process.stdout) : undefined;
const output = (descriptor: 1 | 2): ((text: string) => void) =>
  terminal !== undefined && isScreen(descriptor)
    ? (text) => terminal.write(text, descriptor === 1 ? process.stdout : process.stderr)
    : outputTo(descriptor);

void main(process.argv.slice(2), {
  stdout: output(1),
  stderr: output(2),
  ...(terminal === undefined ? {} : { terminal }),
  env: process.env,
  cwd: process.cwd(),
}).then((code) => {
  process.exitCode = code;
});
