import * as wf from '@temporalio/workflow';

/**
 * Hears the lock's signals in the order in which they came. Those that a run finds at its beginning are dispatched by
 * Temporal's SDK as soon as a handler of their name is there, in the order of the handlers: a request that came after
 * a release would be heard before it, and granted to a deploy whose release is then taken for that grant (I-30). So
 * all handlers are collected first, and a default one dispatches what is there.
 */
export class LockEars {
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
