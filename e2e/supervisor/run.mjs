/** `node run.mjs ROOT [options]`: the built supervisor on the services below ROOT. */
import { readSupervisorEnv } from '../../apps/supervisor/dist/config/supervisor.env.js';
import { runSupervisor } from '../../apps/supervisor/dist/run-supervisor.js';

const [root, ...argv] = process.argv.slice(2);
process.exit(await runSupervisor({ root, argv, env: readSupervisorEnv() }));
