import { forCiLog } from '../safety/neutralise.ts';

export type Severity = 'notice' | 'warning' | 'error';

/** An annotation of runners of GitHub, Gitea and Forgejo; `title` is ours, `text` may come from anywhere. */
export function annotation(severity: Severity, title: string, text: string): string {
  return `::${severity} title=${title}::${forCiLog(text)}`;
}

/** Groups of lines in a CI log; runners do not nest them, so one is closed before the next opens. */
export class CiLog {
  readonly #write: (text: string) => void;
  #group: string | undefined;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Opens a group unless it is the open one. */
  group(title: string): void {
    if (this.#group === title) return;
    this.close();
    this.#group = title;
    this.#write(`::group::${forCiLog(title)}\n`);
  }

  line(text: string): void {
    this.#write(`${forCiLog(text)}\n`);
  }

  annotate(severity: Severity, title: string, text: string): void {
    this.#write(`${annotation(severity, title, text)}\n`);
  }

  close(): void {
    if (this.#group !== undefined) this.#write('::endgroup::\n');
    this.#group = undefined;
  }
}
