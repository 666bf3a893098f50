import manifest from '../../package.json' with { type: 'json' };

/** Greenlane's version as published. */
export const version = manifest.version;

/**
 * What every request calls itself. Firewalls reject the default name of HTTP libraries, and some of them
 * anything that looks like a crawler (`bot`, `+https://…`), so this is a plain product name (I-19).
 */
export const userAgent = `greenlane/${version} (production deploys)`;
