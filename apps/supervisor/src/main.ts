import { join } from 'node:path';
import { readSupervisorEnv } from './config/supervisor.env.js';
import { runSupervisor } from './run-supervisor.js';

process.exitCode = await runSupervisor({
  argv: process.argv.slice(2),
  env: readSupervisorEnv(),
  root: join(import.meta.dirname, '..', '..', '..'),
});
process.exit();
