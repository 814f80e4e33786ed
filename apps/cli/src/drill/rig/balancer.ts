import { connect } from 'node:net';
import { join } from 'node:path';
import { waitUntil } from '../wait-until.js';
import type { Place } from './places.js';
import type { RigBase } from './rig-base.js';
import { startServer } from './server-processes.js';

const ANSWER_MS = 1_000;

/** HAProxy of the first region, with the file that compose mounts. */
export class Balancer {
  readonly place: Place;

  constructor(private readonly base: RigBase) {
    this.place = base.furnish('haproxy', ['haproxy/haproxy.cfg']);
  }

  start(): void {
    const { environment } = this.base.compose.placed('us-east-haproxy', this.place);
    const args = ['-W', '-db', '-f', join(this.place.folder, 'haproxy.cfg')];
    startServer(this.place, 'haproxy', args, { user: this.base.user, environment });
  }

  /** The address that a secret of the app names, e.g. database_url. */
  url(secret: string): string {
    return this.base.places.text(this.base.secret(secret), this.place);
  }

  /** The same for reads that may be a little old. */
  get replicaUrl(): string {
    return this.url('database_url').replace(':5000/', ':5001/');
  }

  /** Addresses of the servers of a backend that are up. */
  async up(backend: string): Promise<string[]> {
    const [head = '', ...lines] = (await this.#ask('show stat')).split('\n');
    const columns = head.replace('# ', '').split(',');
    const rows = lines.map((line) => line.split(','));
    const at = (row: string[], name: string): string => row[columns.indexOf(name)] ?? '';
    return rows
      .filter((row) => at(row, 'pxname') === backend && at(row, 'status').startsWith('UP'))
      .map((row) => at(row, 'addr').replace(/:\d+$/, ''))
      .filter((address) => address !== '');
  }

  /** Milliseconds until the balancer sends nobody to that address any more. */
  async untilOut(backend: string, place: Place, deadlineMs: number): Promise<number> {
    const start = performance.now();
    await waitUntil(async () => !(await this.up(backend)).includes(place.address), {
      what: `HAProxy took ${place.host} out of ${backend}`,
      deadlineMs,
      everyMs: 50,
      signal: this.base.signal,
    });
    return performance.now() - start;
  }

  /** Over the socket for operators, which also says the addresses. */
  #ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let said = '';
      connect(join(this.place.folder, 'haproxy.sock'))
        .setTimeout(ANSWER_MS, () => reject(new Error('HAProxy does not answer')))
        .on('data', (part) => (said += String(part)))
        .on('end', () => resolve(said))
        .on('error', reject)
        .write(`${command}\n`);
    });
  }
}
