import { z } from 'zod';
import { HOSTS } from './host.ts';

const level = z.enum(['error', 'warning', 'off']).describe('What a finding of the rule counts as.');
const names = z.array(z.string().min(1, 'expected a name, got an empty string'));
const ruleLevels = z.record(z.string(), level);

const pattern = z.string().superRefine((text, context) => {
  try {
    new RegExp(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a regular expression' });
  }
});

/** The section `lint:` of `greenlane.yaml`. Whether the rules it names exist is checked by the linter. */
export const lintConfigSchema = z.strictObject({
  workflowDir: z.string().min(1).optional().describe('Directory of the workflow files.'),
  host: z.enum(HOSTS).optional().describe('The forge the files are read by.'),
  fleet: z
    .string()
    .optional()
    .describe(
      'Fleet whose required contexts, branch and URLs are used. Default: `production`, or the only one.',
    ),
  lane: z.string().min(1).optional().describe('Runner label reserved for production deploys.'),
  ordinaryLabel: z
    .string()
    .min(1)
    .optional()
    .describe('Label `--fix` gives to a job that must leave the lane.'),
  branch: z.string().min(1).optional().describe('Branch whose contexts are required.'),
  required: names.optional().describe('Required status contexts; default: those of the fleet.'),
  tracker: pattern
    .optional()
    .describe('Regular expression of the comment that must stand beside `continue-on-error`.'),
  servedActions: names
    .optional()
    .describe('Globs of the short action references that the default actions URL serves.'),
  production: z
    .strictObject({
      controlPlaneUrls: names,
      endpoints: names,
      commands: names,
      actions: names,
      urlVariables: names,
      killSwitches: names,
      pins: names,
      secrets: names,
      otherStages: names,
    })
    .partial()
    .optional()
    .describe('What makes a job a production deploy.'),
  rules: ruleLevels.optional().describe('Level per rule.'),
  overrides: z
    .array(z.strictObject({ files: names.min(1), rules: ruleLevels }))
    .optional()
    .describe('Levels per path (globs, relative to the root); the last that matches wins.'),
});

export type LintConfig = z.output<typeof lintConfigSchema>;
