import * as wf from '@temporalio/workflow';

/**
 * Hears a workflow's signals in the order in which they came; one for each workflow. Those that a run finds at its
 * beginning are dispatched by Temporal's SDK as soon as a handler of their name is there, in the order of the handlers:
 * the lock would hear a request before the release that was sent ahead of it, and grant to a deploy whose release is
 * then taken for that grant (I-30); a deploy that was told to resume and then to halt would go on. So all handlers
 * are collected first, and a default one dispatches what is there.
 */
export class Ears {
  readonly #handlers = new Map<string, (message: unknown) => void>();

  on({ name }: Pick<wf.SignalDefinition<[never]>, 'name'>, handler: (message: unknown) => void): void {
    this.#handlers.set(name, handler);
  }

  /** Begins to hear; `unknown` is told the name of what nobody listens for. */
  open(unknown: (name: string) => void): void {
    wf.setDefaultSignalHandler((name, message) => {
      const handler = this.#handlers.get(name);
      if (handler === undefined) unknown(name);
      else handler(message);
    });
    for (const [name, handler] of this.#handlers)
      wf.setHandler(wf.defineSignal<[unknown]>(name), (message) => handler(message));
  }
}
