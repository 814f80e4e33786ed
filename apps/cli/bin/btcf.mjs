#!/usr/bin/env node
/** Committed launcher: npm links a `bin` only when its file exists at install time, which build output does not. */
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);

if (existsSync(built)) {
  const { main } = await import(built.href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write('btcf: the programs are not built yet: run "npm run build" first.\n');
  process.exitCode = 1;
}
