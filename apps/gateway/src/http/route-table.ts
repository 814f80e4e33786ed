import type { RouteOptions } from 'fastify';
import { loggedPath } from './request-identity.js';

/** Which methods a path has, so that a wrong method is told from a wrong path. */
export class RouteTable {
  readonly #routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  add({ url, method }: Pick<RouteOptions, 'url' | 'method'>): void {
    let route = this.#routes.get(url);
    if (!route) this.#routes.set(url, (route = { pattern: patternOf(url), methods: new Set() }));
    for (const each of Array.isArray(method) ? method : [method]) route.methods.add(each);
  }

  /** Methods of the routes that match the path of an address; none when no route does. */
  methodsAt(url: string): string[] {
    const path = loggedPath(url);
    const found = [...this.#routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}$`);
}
