/**
 * Asks for one path over many connections, again as soon as each is answered and a moment later when it is refused, until
 * its input closes. Then it prints how often which status came. `node flood.program.mjs URL AUTHORIZATION CONNECTIONS`
 */
import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** More than any client should ask, and little enough to leave the processor to the one that is asked. */
const REFUSED_MS = 50;
const [url, authorization, connections] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const statuses = {};
let over = false;
process.stdin.resume().on('end', () => (over = true));

await Promise.all(Array.from({ length: Number(connections) }, () => repeat()));
agent.destroy();
process.stdout.write(JSON.stringify(statuses));

async function repeat() {
  while (!over) {
    const status = await ask();
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status !== '200') await delay(REFUSED_MS);
  }
}

function ask() {
  return new Promise((resolve) => {
    get(url, { agent, headers: { authorization } }, (response) => {
      response.resume().on('end', () => resolve(String(response.statusCode)));
      response.on('error', () => resolve('cut off'));
    }).on('error', () => resolve('refused'));
  });
}
