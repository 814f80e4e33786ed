import { DatabaseServerError } from '@btcforecast/database/embedded';
import { setTimeout as delay } from 'node:timers/promises';
import { HELP, parseOptions, type SupervisorOptions } from './config/options.js';
import type { SupervisorEnv } from './config/supervisor.env.js';
import { openDataFolder, type DataFolder } from './data-folder.js';
import { requireFree } from './ports.js';
import { RunFile } from './run-file.js';
import { StartError } from './start.error.js';
import { startSystem, type Started } from './start-system.js';
import { System } from './system.js';
import { Terminal } from './terminal.js';

/** A terminal and npm both pass Ctrl-C on: signals so close together are one. */
const ONE_SIGNAL_MS = 1_000;

export interface RunOptions {
  readonly argv: readonly string[];
  readonly env: SupervisorEnv;
  readonly root: string;
}

/** Runs the whole system until it is told to stop; returns the exit code. */
export async function runSupervisor({ argv, env, root }: RunOptions): Promise<number> {
  const terminal = new Terminal(process.stdout);
  try {
    const options = parseOptions(argv);
    if (options === 'help') {
      terminal.say(HELP);
      return 0;
    }
    await requireFree(options.port);
    const folder = await terminal.step(
      'data folder',
      () => openDataFolder(env.dataDir),
      ({ path }) => path,
    );
    try {
      return await runIn(folder, { options, env, root, terminal });
    } finally {
      await folder.release();
    }
  } catch (error) {
    return explain(error, terminal);
  }
}

interface Run {
  readonly options: SupervisorOptions;
  readonly env: SupervisorEnv;
  readonly root: string;
  readonly terminal: Terminal;
}

async function runIn(folder: DataFolder, run: Run): Promise<number> {
  const { terminal } = run;
  const runFile = new RunFile(folder.runFile);
  const system: System = new System({ terminal, onStarted: () => runFile.update(system.pids) });
  const told = toldToStop(system);
  const starting = startSystem({ ...run, folder, runFile, system });
  try {
    const started = await Promise.race([starting, told]);
    if (started !== 'stop') {
      announce(started, folder, terminal);
      await told;
    }
    terminal.say('stopping');
    await system.stop();
    terminal.say('stopped');
    return system.killed ? 1 : 0;
  } finally {
    runFile.remove();
    await system.stop();
    await starting.catch(() => undefined); // told already, or of no interest any more
  }
}

/** Resolves at the first signal, or when whoever started us is gone; a second signal ends everything at once. */
function toldToStop(system: System): Promise<'stop'> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = () => {
      const now = performance.now();
      first ??= now;
      resolve('stop');
      if (now - first < ONE_SIGNAL_MS) return;
      system.kill();
      void delay(500).then(() => process.exit(1)); // the groups need a moment to be gone
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
    if (process.send) process.on('disconnect', () => resolve('stop'));
  });
}

function announce(
  { market, gatewayUrl, gatewayGrpc, forecastUrl }: Started,
  folder: DataFolder,
  terminal: Terminal,
): void {
  const notReal = market.source === 'live' ? '' : '  (not the real market)';
  terminal.say();
  terminal.say(`btcforecast runs: ${gatewayUrl}  (API description: ${gatewayUrl}/docs)`);
  terminal.say(`  market     ${market.words}${notReal}`);
  terminal.say(`  inference  ${gatewayUrl}/v2, gRPC at ${gatewayGrpc}`);
  terminal.say(`  admin key  ${folder.adminKeyFile}`);
  terminal.say(`  logs       ${folder.logs}`);
  terminal.say(
    `  try        curl -H "Authorization: Bearer $(cat '${folder.adminKeyFile}')" "${forecastUrl}"`,
  );
  terminal.say('Ctrl-C stops everything.');
}

function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof StartError || error instanceof DatabaseServerError) {
    terminal.say(`btcforecast: ${error.message}`);
    return error instanceof StartError ? error.exitCode : 1;
  }
  terminal.say(`btcforecast: the start failed: ${(error as Error).stack ?? String(error)}`);
  return 1;
}
