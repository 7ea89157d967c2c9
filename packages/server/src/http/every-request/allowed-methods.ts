/** Which methods an address answers, so that a wrong one is told apart from a wrong address. */
import type { App } from './context.ts';

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** @returns the paths, filled while routes are added. */
export function rememberPaths(app: App): ReadonlyMap<string, KnownPath> {
  const paths = new Map<string, KnownPath>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = paths.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const one of typeof method === 'string' ? [method] : method) known.methods.add(one);
    paths.set(url, known);
  });
  return paths;
}

/** @returns nothing where no route has this path. */
export function allowedMethods(paths: ReadonlyMap<string, KnownPath>, url: string): string[] {
  const path = url.split('?')[0] ?? '';
  const methods = [...paths.values()]
    .filter(({ pattern }) => pattern.test(path))
    .flatMap((known) => [...known.methods]);
  return [...new Set(methods)].sort();
}

function patternOf(url: string): RegExp {
  const escaped = url.replace(/\/$/, '').replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replace(/\*/g, '.*')}/?$`);
}
