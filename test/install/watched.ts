/**
 * An object that remembers which of its keys were read. The models of Kubernetes pass over keys that they do not know;
 * the API server would as well, and the setting would be lost.
 */
export function watched(original: object): { readonly value: object; keys(): string[] } {
  const read = new Set<string>();
  const wrap = (of: object, path: string): object =>
    new Proxy(of, {
      get: (target, key, receiver) => {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof key === 'symbol') return value;
        read.add(`${path}${key}`);
        return isObject(value) ? wrap(value, `${path}${key}.`) : value;
      },
    });
  const all = (of: object, path: string): string[] =>
    Object.entries(of).flatMap(([key, value]: [string, unknown]) => [
      `${path}${key}`,
      ...(isObject(value) ? all(value, `${path}${key}.`) : []),
    ]);
  return {
    value: wrap(original, ''),
    keys: () => all(original, '').filter((path) => !read.has(path)),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
