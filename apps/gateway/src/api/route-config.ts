import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig } from 'fastify';

/** Where the framework's own decorator keeps the configuration of a route. */
const { KEY } = RouteConfig({});

/** Adds to the configuration of a route. Unlike the framework's decorator it keeps what others have said. */
export function AddRouteConfig(config: FastifyContextConfig): MethodDecorator {
  return (_target, _name, { value }: PropertyDescriptor) => {
    const before = Reflect.getMetadata(KEY, value as object) as FastifyContextConfig | undefined;
    Reflect.defineMetadata(KEY, { ...before, ...config }, value as object);
  };
}
