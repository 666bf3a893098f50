import * as z from 'zod/mini';
import { described } from './described.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const timeOfDay = z
  .string()
  .check(z.regex(/^([01]\d|2[0-4]):[0-5]\d$/, 'expected a time of day such as 18:00'));

/** A weekly window in which auto deploys wait. `to` at or before `from` means the next day. */
export const freezeWindowSchema = z.strictObject({
  name: described('What people are told it is.', z._default(z.string(), 'freeze window')),
  days: described('Days on which it begins.', z.array(z.enum(DAYS)).check(z.minLength(1))),
  from: described('When it begins.', z._default(timeOfDay, '00:00')),
  to: described('When it ends; at or before `from`: on the next day.', z._default(timeOfDay, '24:00')),
  timeZone: described(
    'Whose times of day these are.',
    z._default(z.string().check(z.refine(isTimeZone, 'expected a time zone such as Europe/Berlin')), 'UTC'),
  ),
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
