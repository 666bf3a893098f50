import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Environment } from '../config/environment.ts';
import { AesGcmCodec } from './aes-gcm.ts';
import { codecKeys } from './keys.ts';

/**
 * How worker and command line turn values into payloads. Without `GREENLANE_CODEC_KEYS` nothing is encrypted, and
 * an encrypted payload says which variable is missing. Ids, summaries' presence, search attributes and memos' names
 * are never encrypted: nothing secret stands in them.
 * @throws ConfigurationError for keys that cannot be used.
 */
export function dataConverterOf(env: Environment): DataConverter {
  const keys = codecKeys(env);
  return {
    payloadCodecs: [new AesGcmCodec(keys)],
    ...(keys.length === 0
      ? {}
      : { failureConverterPath: fileURLToPath(new URL('./failure-converter.cjs', import.meta.url)) }),
  };
}

/** The workflow bundle for a worker of this environment: told whether failures are encoded. */
export function bundleFor(path: string, env: Environment): WorkflowBundleOption {
  if (codecKeys(env).length === 0) return { codePath: path };
  // On the first line, so that the lines of stack traces stay as they are.
  return { code: `globalThis.greenlaneEncodesFailures = true;${readFileSync(path, 'utf8')}` };
}
