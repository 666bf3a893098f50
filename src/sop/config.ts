import { z } from 'zod';
import { DEFAULT_KILL_SWITCH } from '../config/defaults.ts';

const names = z.array(z.string().trim().min(1, 'expected a name, got an empty string'));

const reviewers = z
  .strictObject({
    teams: names.default([]).describe('Teams of the organisation.'),
    users: names.default([]).describe('Logins.'),
  })
  .refine(
    ({ teams, users }) => teams.length + users.length > 0,
    'expected at least one team or user: nobody could approve',
  );

/** What a pull request touches when it touches production CI/CD. */
export const DEFAULT_SOP_PATHS: readonly string[] = [
  '.gitea/workflows/**',
  '.forgejo/workflows/**',
  '.github/workflows/**',
  '.gitea/actions/**',
  '.forgejo/actions/**',
  '.github/actions/**',
  'greenlane.yaml',
  'runbooks/**',
];

/** The section `sop:` of `greenlane.yaml`. */
export const sopConfigSchema = z.strictObject({
  paths: names
    .min(1)
    .default([...DEFAULT_SOP_PATHS])
    .describe('Globs of the files that are production CI/CD.'),
  reviewers: z
    .strictObject({ devops: reviewers, sre: reviewers, security: reviewers })
    .describe('Who may approve for DevOps, SRE and Security.'),
  killSwitches: names
    .min(1)
    .default([DEFAULT_KILL_SWITCH])
    .describe('Variables that stop a rollout; the answer to "kill switch" names one, or a command.'),
  template: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The pull-request template: an answer that still says what it says is none. Default: the forge's own place for it.",
    ),
  context: z
    .string()
    .min(1)
    .default('greenlane / sop')
    .describe('Status context that is posted to the head of the pull request.'),
});

export type SopConfig = z.output<typeof sopConfigSchema>;
/** DevOps, SRE and Security: who must have looked. */
export type Area = keyof SopConfig['reviewers'];
export const AREAS: readonly Area[] = ['devops', 'sre', 'security'];
export const AREA_NAMES: Readonly<Record<Area, string>> = {
  devops: 'DevOps',
  sre: 'SRE',
  security: 'Security',
};
