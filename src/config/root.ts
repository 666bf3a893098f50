import { z } from 'zod';
import { fleetSchema } from './schema.ts';

/** The whole of `greenlane.yaml`. The linter and the SOP checks own their sections (src/lint, src/sop). */
export const fileSchema = z.strictObject({
  fleets: z
    .record(
      z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'expected a name of small letters, digits and dashes'),
      fleetSchema,
    )
    .refine((fleets) => Object.keys(fleets).length > 0, 'expected at least one fleet')
    .superRefine((fleets, context) => {
      if (fleets['production']?.tolerant === true) {
        context.addIssue({
          code: 'custom',
          path: ['production', 'tolerant'],
          message: 'the production fleet fails closed: `tolerant` is for staging',
        });
      }
    }),
  lint: z.unknown().optional().describe('The linter’s section (docs/lint.md).'),
  sop: z
    .unknown()
    .optional()
    .describe('The section of the checks on pull requests (runbooks/sop-production-cicd.md).'),
});

export type ConfigFile = z.output<typeof fileSchema>;
