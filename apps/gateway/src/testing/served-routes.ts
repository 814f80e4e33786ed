import type { FastifyInstance } from 'fastify';

const LINE = /^((?:│ {3}| {4})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/;

/** Every route that a server answers, as `GET /v1/models/:name`, without those that Fastify adds for HEAD. */
export function servedRoutes(server: FastifyInstance): string[] {
  const open: string[] = [];
  return server
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent, part, methods] = LINE.exec(line) ?? [];
      if (indent === undefined || part === undefined) return [];
      open.length = indent.length / 4;
      open.push(part);
      const path = open.join('');
      return (methods?.split(', ') ?? []).filter((each) => each !== 'HEAD').map((each) => `${each} ${path}`);
    });
}
