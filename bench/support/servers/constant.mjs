/** A bare Fastify route that sends a constant: the least that such a reply costs on this machine. */
import fastify from 'fastify';

process.once('message', async ({ path, headers, body }) => {
  const server = fastify();
  server.get(path, (_request, reply) => {
    reply.headers(headers).send(body);
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  process.send({ port: server.server.address().port });
});
process.once('disconnect', () => process.exit(0));
