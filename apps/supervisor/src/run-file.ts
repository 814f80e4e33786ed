import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ServicePorts } from './config/service-specs.js';

/** What other programs of this machine need to reach the running system. */
export interface RunState {
  readonly startedAt: string;
  readonly dataDir: string;
  readonly adminKeyFile: string;
  readonly source: string;
  readonly feed: string;
  readonly gatewayUrl: string;
  /** Inference by gRPC, host:port. */
  readonly gatewayGrpc: string;
  readonly databaseUrl: string;
  readonly simulationUrl: string | null;
  readonly rpc: { readonly token: string; readonly marketData: string; readonly prediction: string };
  readonly internalPorts: ServicePorts['internal'];
}

/** `run.json`: exists while the system runs; readable by its owner alone, since it holds secrets. */
export class RunFile {
  #state: RunState | undefined;

  constructor(private readonly path: string) {}

  describe(state: RunState, pids: Record<string, number>): void {
    this.#state = state;
    this.update(pids);
  }

  /** The process ids have changed. */
  update(pids: Record<string, number>): void {
    if (!this.#state) return;
    const text = JSON.stringify({ version: 1, ...this.#state, pid: process.pid, pids }, null, 2);
    const draft = `${this.path}.new`;
    writeFileSync(draft, `${text}\n`, { mode: 0o600 });
    renameSync(draft, this.path);
  }

  remove(): void {
    this.#state = undefined;
    rmSync(this.path, { force: true });
  }
}
