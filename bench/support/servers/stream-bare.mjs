/** The least that any server of event streams needs: as many responses, the same bytes to each, nothing else. */
import { createServer } from 'node:http';

const open = new Set();
const server = createServer((_request, response) => {
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('retry: 2000\n\n');
  open.add(response);
  response.on('close', () => open.delete(response));
});

process.on('message', ({ event }) => {
  if (event === undefined) {
    server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
    return;
  }
  const bytes = Buffer.from(event);
  for (const response of open) response.write(bytes);
});
process.once('disconnect', () => process.exit(0));
