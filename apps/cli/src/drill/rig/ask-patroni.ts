import { Agent, get } from 'node:https';
import type { Place } from './places.js';

const ANSWER_MS = 1_000;

/** What Patroni's REST API of a node answers, checked against the authority. @throws Error when it is not reached */
export function askPatroni(node: Place, path: string, ca: string): Promise<string> {
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const options = { host: node.address, port: 8008, path, ca, agent, timeout: ANSWER_MS };
    const request = get(options, (response) => {
      let body = '';
      response.on('data', (part) => (body += String(part)));
      response.on('end', () => resolve(body));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
  });
}
