import { connect } from '../client/connect.ts';
import { say } from '../progress/say.ts';
import { searchAttributes } from '../workflows/search-attributes.ts';
import type { CommandContext, GlobalOptions } from './context.ts';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API: the type of all of them. */
const KEYWORD = 2;

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
        searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
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
