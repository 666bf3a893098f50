import type { Settings } from '../settings.ts';
import type { Job } from '../workflow/model.ts';

/** Words without which no rule has a question to the scripts of a job, whatever is configured. */
const ALWAYS = ['secrets', '.token', 'api.github.com', 'CP_URL', 'CP_ADMIN'];

/**
 * Whether following the scripts of a job can answer anything: it speaks of a secret, of a control plane, or of a
 * command that deploys. Looked up in its text and in the workflow's environment; most jobs of most repositories
 * speak of none, and following them costs more than reading them.
 */
export function isWorthTracing(job: Job, settings: Settings): boolean {
  const { text } = job.workflow.file;
  const [start, end] = [job.node.range?.[0] ?? 0, job.node.range?.[1] ?? text.length];
  const environment = job.workflow.env
    .map((variable) => `${variable.name} ${variable.text?.value ?? ''}`)
    .join('\n');
  // An alias brings in text from elsewhere.
  const own = text.includes('*') && /(^|\s)&\w/.test(text) ? text : text.slice(start, end) + environment;
  const { controlPlaneUrls, endpoints, commands, actions, urlVariables, secrets } = settings.production;
  const commandNames = commands.map((command) => command.split(/\s+/)[0] ?? command);
  const words = [
    ...ALWAYS,
    ...controlPlaneUrls,
    ...endpoints,
    ...commandNames,
    ...actions,
    ...urlVariables,
    ...secrets,
  ];
  return (
    words.some((word) => own.includes(word)) ||
    (commandNames.includes('greenlane') && own.includes('dist/cli.js'))
  );
}
