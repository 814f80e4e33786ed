/**
 * Stands where a service's main.js would, to test how the supervisor starts, restarts and stops what it is given:
 * says that it is ready, writes down what happens to it, and ends as services do.
 */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, dirname, join } from 'node:path';

const app = dirname(dirname(process.argv[1]));
const name = basename(app);
const note = (what) =>
  appendFileSync(join(dirname(dirname(app)), 'events.log'), `${what} ${name} ${process.pid}\n`);
const { GATEWAY_PORT, SIM_PORT, TINY_FAILS, TINY_STUBBORN, RPC_PORT } = process.env;

if (process.argv.includes('--probe')) process.exit(1);
if (TINY_FAILS === name) {
  console.error(JSON.stringify({ 'log.level': 'fatal', message: 'the moon is in the wrong phase' }));
  process.exit(1);
}

note('start');
process.on('SIGTERM', () => {
  note('stop');
  if (TINY_STUBBORN !== name) process.exit(0);
});
process.on('disconnect', () => {
  note('orphan');
  process.exit(0);
});
const port = { gateway: GATEWAY_PORT, 'simulated-exchange': SIM_PORT }[name] ?? RPC_PORT;
if (port) await listen(Number(port));
process.send?.({ type: 'ready', name, url: `http://127.0.0.1:${SIM_PORT}`, feed: 'demo' });
if (!port) setInterval(() => undefined, 60_000);

function listen(port) {
  const server = createServer((request, response) => {
    response.statusCode = request.headers.authorization?.startsWith('Bearer ') ? 200 : 401;
    response.end('{}');
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}
