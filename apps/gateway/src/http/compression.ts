import fastifyCompress from '@fastify/compress';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { BROTLI_OPTIONS, ENCODINGS, WORTH_COMPRESSING } from './content-encoding.js';
import { hooksOf } from './hooks-of.js';

/**
 * Compresses replies over 1 kB for whoever takes that, but for event streams, what is answered from memory (that is
 * compressed there, once), and what the BREACH attack could guess by its length: replies that show a secret, and those to
 * browsers that send a cookie by themselves. To be installed after all other hooks that look at replies.
 */
export async function installCompression(server: FastifyInstance): Promise<void> {
  server.addHook('onRoute', (route) => {
    if (!isCompressed(route)) route.compress = false;
    else route.onSend = [...hooksOf(route.onSend), spareSessions];
  });
  await server.register(fastifyCompress, {
    globalDecompression: false,
    encodings: ENCODINGS,
    threshold: WORTH_COMPRESSING,
    brotliOptions: BROTLI_OPTIONS,
  });
}

function isCompressed({ config = {} }: RouteOptions): boolean {
  return !(config.cached || config.endless || config.secretReply);
}

/** The library leaves alone what has this header. */
function spareSessions(
  { principal, headers }: FastifyRequest,
  _reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
): void {
  if (principal?.kind === 'session') headers['x-no-compression'] = 'session';
  done(null, payload);
}
