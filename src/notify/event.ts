import { forCiLog, forMarkdown, oneLine } from '../safety/neutralise.ts';
import { parseUrl } from '../safety/url.ts';

/** Something that happened to a deploy. */
export interface NotifyEvent {
  /** The same whenever this event is sent again. */
  readonly id: string;
  /** `started`, `halted`, `failed`, `rolled_back`, `approval`, `superseded`, `deployed`. */
  readonly event: string;
  readonly fleet: string;
  readonly sha: string;
  readonly tag: string;
  /** One sentence for people. */
  readonly text: string;
  readonly workflowId: string;
  readonly runId: string;
  /** ms since the epoch. */
  readonly at: number;
  /** Where to look; empty when nobody configured it. */
  readonly link?: string;
}

const longest = 1_000;

/** Text that may hold what came from outside, for a receiver of which nobody knows where it shows it (I-23). */
export function shown(text: string): string {
  return forMarkdown(forCiLog(oneLine(text, longest)));
}

/** An `http(s)` link with nothing in it that ends a link in markdown or Slack's format; else `undefined`. */
export function linkOf(event: NotifyEvent): string | undefined {
  const url = parseUrl(event.link ?? '');
  if (url === undefined) return undefined;
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return url.href.replace(/[|<>()[\]`]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}
