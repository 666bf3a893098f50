import { TypedSearchAttributes } from '@temporalio/common';
import { connect } from '../client/connect.ts';
import { say } from '../progress/say.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** Registers Greenlane's search attributes in the namespace; those that are there stay as they are. */
export async function run(options: GlobalOptions, context: CommandContext): Promise<number> {
  const access = await connect(context.env);
  try {
    const service = access.client.connection.operatorService;
    const { customAttributes } = await service.listSearchAttributes({ namespace: access.namespace });
    const missing = Object.values(searchAttributes).filter(
      ({ name }) => !Object.hasOwn(customAttributes, name),
    );
    if (missing.length > 0) {
      await service.addSearchAttributes({
        namespace: access.namespace,
        searchAttributes: Object.fromEntries(
          missing.map(({ name, type }) => [name, TypedSearchAttributes.toMetadataType(type)]),
        ) as never,
      });
    }
    say(
      context,
      options,
      missing.length === 0
        ? `${access.namespace} has all search attributes`
        : `registered ${missing.map(({ name }) => name).join(', ')} in ${access.namespace}`,
    );
    return 0;
  } finally {
    await access.close();
  }
}
