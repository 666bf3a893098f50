import manifest from '../package.json' with { type: 'json' };

/** Version of Greenlane, as published. */
export const VERSION = manifest.version;
