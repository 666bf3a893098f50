import { z } from 'zod';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const timeOfDay = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/, 'expected a time of day such as 18:00');

/** A weekly window in which auto deploys wait. `to` at or before `from` means the next day. */
export const freezeWindowSchema = z.strictObject({
  name: z.string().default('freeze window').describe('What people are told it is.'),
  days: z.array(z.enum(DAYS)).min(1).describe('Days on which it begins.'),
  from: timeOfDay.default('00:00').describe('When it begins.'),
  to: timeOfDay.default('24:00').describe('When it ends; at or before `from`: on the next day.'),
  timeZone: z
    .string()
    .refine(isTimeZone, 'expected a time zone such as Europe/Berlin')
    .default('UTC')
    .describe('Whose times of day these are.'),
});

export type FreezeWindow = z.output<typeof freezeWindowSchema>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
