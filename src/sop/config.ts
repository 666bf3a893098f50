import * as z from 'zod/mini';
import { DEFAULT_KILL_SWITCH } from '../config/defaults.ts';
import { described } from '../config/described.ts';

const names = () => z.array(z.string().check(z.trim(), z.minLength(1, 'expected a name that is not empty')));

const reviewers = () =>
  z
    .strictObject({
      teams: described('Teams of the organisation.', z._default(names(), [])),
      users: described('Logins.', z._default(names(), [])),
    })
    .check(
      z.refine(
        ({ teams, users }) => teams.length + users.length > 0,
        'expected at least one team or user: nobody could approve',
      ),
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
  paths: described(
    'Globs of the files that are production CI/CD.',
    z._default(names().check(z.minLength(1)), [...DEFAULT_SOP_PATHS]),
  ),
  reviewers: described(
    'Who may approve for DevOps, SRE and Security.',
    z.strictObject({ devops: reviewers(), sre: reviewers(), security: reviewers() }),
  ),
  killSwitches: described(
    'Variables that stop a rollout; the answer to "kill switch" names one, or a command.',
    z._default(names().check(z.minLength(1)), [DEFAULT_KILL_SWITCH]),
  ),
  template: described(
    "The pull-request template: an answer that still says what it says is none. Default: the forge's own place for it.",
    z.optional(z.string().check(z.minLength(1))),
  ),
  context: described(
    'Status context that is posted to the head of the pull request.',
    z._default(z.string().check(z.minLength(1)), 'greenlane / sop'),
  ),
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
