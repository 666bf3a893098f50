import * as z from 'zod/mini';

/** Gives a schema its line of documentation (docs/configuration.md). Unlike `.describe()` it makes no copy of it. */
export function described<T extends z.ZodMiniType>(description: string, schema: T): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}
