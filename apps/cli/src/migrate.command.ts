import type { Command } from 'commander';

/** `btcf migrate`: the database brought to the newest schema, once before services of a new version start. */
export function registerMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to the newest schema; any number may run at once')
    .option(
      '--admin-key <file>',
      'write the first key to this file (-: print it), if no key has ever been made',
    )
    .action(async (options) => (await import('./migrate/run-migrations.js')).runMigrations(options));
}
