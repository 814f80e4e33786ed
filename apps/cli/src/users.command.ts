import { ROLES } from '@btcforecast/contracts';
import type { Command } from 'commander';
import { emailValue, rolesValue, tenantValue } from './option-values.js';

/** `btcf users …`: people who log in to the dashboard, in the database at hand: for the first one, who lets in the rest. */
export function registerUsersCommand(program: Command): void {
  const users = program.command('users').description('people who log in to the dashboard');
  users
    .command('add')
    .description('add a user; asks nobody, so whoever has the database may do it')
    .argument('<email>', 'by which the user logs in', emailValue)
    .requiredOption('--name <name>', 'what the user is called')
    .option('--role <roles>', `${ROLES.join(', ')}; several separated by commas`, rolesValue, ['owner'])
    .option('--tenant <id>', 'whose user it is', tenantValue, 'default')
    .option(
      '--password-file <file>',
      'file that holds the password, - for standard input (default: one is made)',
    )
    .option('--json', 'the user as one JSON object')
    .action(async (email, options) => (await import('./users/add-user.js')).addUser(email, options));
}
