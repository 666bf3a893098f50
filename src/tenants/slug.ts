/**
 * Whether a text is a tenant's slug (contracts: tenants): lower-case letters, digits and inner hyphens, at
 * most 63 characters. Anything else is refused wherever it turns up, and never put into a URL.
 */
export function isSlug(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text);
}
