/** One page of a list, with what its headers say. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly headers: Record<string, string>;
}

/** How a forge cuts lists into pages. */
export interface PageRules {
  readonly sizeParameter: 'limit' | 'per_page';
  readonly defaultSize: number;
  /** The largest page, whatever was asked. */
  readonly clamp: number;
}

/** Gitea and Forgejo as they are installed; a page of 50 is the most one gets (I-04). */
export const giteaPages: PageRules = { sizeParameter: 'limit', defaultSize: 30, clamp: 50 };
export const githubPages: PageRules = { sizeParameter: 'per_page', defaultSize: 30, clamp: 100 };

/**
 * The page a query asks for. `url` is the address of the call without its query; the links carry the query
 * as it came, with another `page`.
 */
export function pageOf<Row>(
  all: readonly Row[],
  query: URLSearchParams,
  url: string,
  rules: PageRules,
): Page<Row> {
  const wanted = Number(query.get(rules.sizeParameter));
  const size = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, rules.clamp) : rules.defaultSize;
  const asked = Number(query.get('page'));
  const page = Number.isInteger(asked) && asked > 0 ? asked : 1;
  const last = Math.max(1, Math.ceil(all.length / size));
  // Past the end the links speak as if the last page had been asked for.
  const current = Math.min(page, last);
  const links: string[] = [];
  const link = (to: number, rel: string): void => {
    const linked = new URLSearchParams(query);
    linked.set('page', String(to));
    linked.sort();
    links.push(`<${url}?${linked.toString()}>; rel="${rel}"`);
  };
  if (current < last) {
    link(current + 1, 'next');
    link(last, 'last');
  }
  if (current > 1) {
    link(1, 'first');
    link(current - 1, 'prev');
  }
  return {
    rows: all.slice((page - 1) * size, page * size),
    headers: {
      'X-Total-Count': String(all.length),
      ...(links.length === 0 ? {} : { Link: links.join(',') }),
    },
  };
}
