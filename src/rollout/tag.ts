/** The release's image tag from the configured template: `staging-{sha7}` and a SHA give `staging-2863380`. */
export function tagOf(template: string, sha: string): string {
  return template.replaceAll('{sha7}', sha.slice(0, 7).toLowerCase()).replaceAll('{sha}', sha.toLowerCase());
}

/**
 * The SHA, or its first seven digits, that a tag was made from; undefined for a moving tag such as `latest`, which
 * names no release (I-28).
 */
export function shaOfTag(template: string, tag: string): string | undefined {
  const pattern = template
    .split(/(\{sha7\}|\{sha\})/)
    .map((part) => (part === '{sha7}' ? '([0-9a-f]{7})' : part === '{sha}' ? '([0-9a-f]{40})' : escape(part)))
    .join('');
  return new RegExp(`^${pattern}$`).exec(tag)?.[1];
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
