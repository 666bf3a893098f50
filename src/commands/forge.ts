import { createForge, type Forge } from '../forge/index.ts';
import { text } from '../config/environment.ts';
import type { FleetConfig } from '../config/fleet.ts';
import type { CommandContext } from './context.ts';

/** The fleet's forge with the tokens of the place where the command runs; a missing one is named when it is needed. */
export function forgeOf({ file, name }: FleetConfig, context: CommandContext): Forge {
  const { kind, url, token, controlToken } = file.forge;
  return createForge({
    kind,
    url,
    repo: file.repo,
    tokens: { read: text(context.env, token), control: text(context.env, controlToken) },
    tokenVariables: { read: token, control: controlToken },
    place: { source: 'greenlane.yaml', key: `fleets.${name}.forge.url` },
  });
}
