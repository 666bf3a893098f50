import * as z from 'zod/mini';
import { parseUrl } from '../safety/url.ts';
import { AGGREGATE_CONTEXT } from './defaults.ts';

/** A text of a form; `expected` is what the message says of any other. */
export const text = (pattern: RegExp, expected: string) => z.string().check(z.regex(pattern, expected));

/** The name of an environment variable; each call makes a schema of its own, to be described. */
export const environmentName = () =>
  text(/^[A-Z][A-Z0-9_]*$/, 'expected the name of an environment variable such as CP_ADMIN_API_TOKEN');

/** An absolute URL. */
export const url = () =>
  z
    .string()
    .check(
      z.refine((value) => parseUrl(value) !== undefined, 'expected a URL such as https://api.example.com'),
    );

/** A whole number within bounds. */
export const count = (minimum: number, maximum: number) =>
  z
    .int(`expected a whole number from ${minimum} to ${maximum}`)
    .check(z.minimum(minimum), z.maximum(maximum));

/** A tag holds what makes a release: an immutable part of the SHA. `latest` names nothing (I-28). */
export const tagTemplate = text(
  /^[\w.-]*\{sha7\}[\w.-]*$|^[\w.-]*\{sha\}[\w.-]*$/,
  'expected a tag with {sha7} or {sha} in it, such as staging-{sha7}',
);

/** Contexts of which at least one is no aggregate (I-06, I-08). */
export const requiredContexts = z
  .array(
    z.string().check(z.trim(), z.minLength(1, 'expected the name of a status context, got an empty string')),
  )
  .check(
    z.minLength(1, 'expected at least one context: all of nothing is not green (I-08)'),
    z.refine(
      (contexts) => !contexts.every((context) => AGGREGATE_CONTEXT.test(context)),
      'the only required context is an aggregate, which a masked job turns green: name the jobs themselves as well',
    ),
  );
