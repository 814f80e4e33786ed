import 'reflect-metadata';
import { runProbe } from './probe.js';

if (process.argv.includes('--probe')) {
  process.exit(await runProbe());
}
const { serve } = await import('./serve.js');
await serve();
