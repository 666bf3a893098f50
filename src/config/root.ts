import * as z from 'zod/mini';
import { lintConfigSchema } from '../lint/config.ts';
import { sopConfigSchema } from '../sop/config.ts';
import { described } from './described.ts';
import { fleetSchema } from './schema.ts';

export const FLEET_NAME = 'expected a name of small letters, digits and dashes';
const fleetName = z.string().check(z.regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, FLEET_NAME));

/** The whole of `greenlane.yaml`. The linter and the SOP checks own their sections. */
export const fileSchema = z.strictObject({
  fleets: z.record(fleetName, fleetSchema).check(
    z.refine((fleets) => Object.keys(fleets).length > 0, 'expected at least one fleet'),
    ({ value: fleets, issues }) => {
      if (fleets['production']?.tolerant === true)
        issues.push({
          code: 'custom',
          path: ['production', 'tolerant'],
          message: 'the production fleet fails closed: `tolerant` is for staging',
          input: true,
        });
    },
  ),
  lint: described('The linter’s section (docs/lint.md).', z.optional(lintConfigSchema)),
  sop: described('The section of the checks on pull requests (docs/sop.md).', z.optional(sopConfigSchema)),
});

export type ConfigFile = z.output<typeof fileSchema>;
