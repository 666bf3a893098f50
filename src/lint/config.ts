import * as z from 'zod/mini';
import { described } from '../config/described.ts';
import { HOSTS } from './host.ts';

const name = (expected = 'expected a name that is not empty') => z.string().check(z.minLength(1, expected));
const names = () => z.array(name());
const level = described('What a finding of the rule counts as.', z.enum(['error', 'warning', 'off']));
const ruleLevels = () => z.record(z.string(), level);
const pattern = z.string().check(z.refine(isPattern, 'expected a regular expression'));

/** The section `lint:` of `greenlane.yaml`. Whether the rules it names exist is checked by the linter. */
export const lintConfigSchema = z.strictObject({
  workflowDir: described('Directory of the workflow files.', z.optional(name())),
  host: described('The forge the files are read by.', z.optional(z.enum(HOSTS))),
  fleet: described(
    'Fleet whose required contexts, branch and URLs are used. Default: `production`, or the only one.',
    z.optional(z.string()),
  ),
  lane: described('Runner label reserved for production deploys.', z.optional(name())),
  ordinaryLabel: described('Label `--fix` gives to a job that must leave the lane.', z.optional(name())),
  branch: described('Branch whose contexts are required.', z.optional(name())),
  required: described('Required status contexts; default: those of the fleet.', z.optional(names())),
  tracker: described(
    'Regular expression of the comment that must stand beside `continue-on-error`.',
    z.optional(pattern),
  ),
  servedActions: described(
    'Globs of the short action references that the default actions URL serves.',
    z.optional(names()),
  ),
  production: described(
    'What makes a job a production deploy.',
    z.optional(
      z.strictObject({
        controlPlaneUrls: z.optional(names()),
        endpoints: z.optional(names()),
        commands: z.optional(names()),
        actions: z.optional(names()),
        urlVariables: z.optional(names()),
        killSwitches: z.optional(names()),
        pins: z.optional(names()),
        secrets: z.optional(names()),
        otherStages: z.optional(names()),
      }),
    ),
  ),
  rules: described('Level per rule.', z.optional(ruleLevels())),
  overrides: described(
    'Levels per path (globs, relative to the root); the last that matches wins.',
    z.optional(z.array(z.strictObject({ files: names().check(z.minLength(1)), rules: ruleLevels() }))),
  ),
});

export type LintConfig = z.output<typeof lintConfigSchema>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
