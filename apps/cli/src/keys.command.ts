import { PERMISSIONS, ROLES } from '@btcforecast/contracts';
import type { Command } from 'commander';
import { asking } from './gateway/target-options.js';
import { instantValue, listValue, secondsValue } from './option-values.js';

const ID = 'id of a key: the 12 letters and digits after btcf_';
const TENANT = 'the tenant it is about (admin only); default: the own';

/** `btcf keys`: who may ask the API for what. Commands load their code when they run. */
export function registerKeysCommand(program: Command): void {
  const keys = program.command('keys').description('make, show, rotate and revoke keys of the API');
  asking(keys.command('list'))
    .description('show all keys of a tenant, and when each was last used')
    .option('--tenant <id>', TENANT)
    .action(async (options) => (await import('./keys/show-keys.js')).listKeys(options));
  asking(keys.command('show'))
    .description('show what a key may do')
    .argument('<id>', ID)
    .option('--tenant <id>', TENANT)
    .action(async (id, options) => (await import('./keys/show-keys.js')).showKey(id, options));
  addCreate(keys);
  asking(keys.command('rotate'))
    .description('give a key a new secret, printed this once; the old one goes on for a while')
    .argument('<id>', ID)
    .option('--overlap <duration>', 'how long the old secret goes on, e.g. 0s, 12h, 7d', secondsValue, 86_400)
    .option('--tenant <id>', TENANT)
    .action(async (id, options) => (await import('./keys/change-keys.js')).rotateKey(id, options));
  asking(keys.command('revoke'))
    .description('end a key for good; its record stays')
    .argument('<id>', ID)
    .option('--tenant <id>', TENANT)
    .action(async (id, options) => (await import('./keys/change-keys.js')).revokeKey(id, options));
}

function addCreate(keys: Command): void {
  asking(keys.command('create'))
    .description('make a key; its text is printed this once, alone on the last line')
    .requiredOption('--name <text>', 'what it is for')
    .option('--roles <list>', `of ${ROLES.join(', ')}`, listValue, ['viewer'])
    .option('--scopes <list>', `no more than these permissions: ${PERMISSIONS.join(', ')}`, listValue)
    .option('--instruments <list>', 'instruments that it may ask about; default: as your own', listValue)
    .option('--horizons <list>', 'horizons that it may ask about; default: as your own', listValue)
    .option('--allow <list>', 'addresses and networks from which it may be shown', listValue)
    .option('--expires <date>', 'when it ends', instantValue)
    .option('--require-signature', 'every request with it must be signed as well (RFC 9421)', false)
    .option('--tenant <id>', TENANT)
    .action(async (options) => (await import('./keys/change-keys.js')).createKey(options));
}
