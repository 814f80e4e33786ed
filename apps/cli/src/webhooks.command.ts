import { DELIVERY_STATES, WEBHOOK_EVENT_TYPES } from '@btcforecast/contracts';
import type { Command } from 'commander';
import { asking } from './gateway/target-options.js';
import {
  instantValue,
  listOrAllValue,
  listValue,
  positiveIntegerValue,
  secondsValue,
} from './option-values.js';

const ID = 'id of an endpoint';
const EVENTS = `of ${WEBHOOK_EVENT_TYPES.join(', ')}`;

/** `btcf webhooks`: endpoints that are told what happens. Commands load their code when they run. */
export function registerWebhooksCommand(program: Command): void {
  const webhooks = program
    .command('webhooks')
    .description('endpoints of yours that are told what happens, and what was sent to them');
  addReading(webhooks);
  addChanging(webhooks);
  addSending(webhooks);
  addVerify(webhooks);
}

function addReading(webhooks: Command): void {
  asking(webhooks.command('list'))
    .description('show all endpoints, and how deliveries to them go')
    .action(async (options) => (await import('./webhooks/show-webhooks.js')).listWebhooks(options));
  asking(webhooks.command('show'))
    .description('show one endpoint')
    .argument('<id>', ID)
    .action(async (id, options) => (await import('./webhooks/show-webhooks.js')).showWebhook(id, options));
  asking(webhooks.command('secrets'))
    .description('show what its messages are signed with; keep it to yourself')
    .argument('<id>', ID)
    .action(async (id, options) => (await import('./webhooks/show-webhooks.js')).showSecrets(id, options));
  asking(webhooks.command('deliveries'))
    .description('show what was sent to an endpoint, newest first, or one delivery with every attempt')
    .argument('<id>', ID)
    .argument('[delivery]', 'id of a delivery')
    .option('--state <state>', `only those that are ${DELIVERY_STATES.join(', ')}`)
    .option('--type <type>', 'only events of this type')
    .option('--limit <n>', 'so many at most', positiveIntegerValue, 50)
    .action(async (id, delivery, options) =>
      (await import('./webhooks/show-deliveries.js')).showDeliveries(id, delivery, options),
    );
}

function addChanging(webhooks: Command): void {
  subscribing(asking(webhooks.command('add')))
    .description('add an endpoint; prints what its messages are signed with')
    .argument('<address>', 'where events are sent by POST, https')
    .requiredOption('--events <list>', EVENTS, listValue)
    .option('--disabled', 'nothing is sent until it is enabled', false)
    .action(async (address, options) =>
      (await import('./webhooks/change-webhooks.js')).addWebhook(address, options),
    );
  subscribing(asking(webhooks.command('update')))
    .description('change an endpoint; what is not named stays')
    .argument('<id>', ID)
    .option('--address <address>', 'where events are sent by POST, https')
    .option('--events <list>', EVENTS, listValue)
    .option('--enable', 'send to it again, with a clean record')
    .option('--disable', 'send nothing to it')
    .action(async (id, options) =>
      (await import('./webhooks/change-webhooks.js')).updateWebhook(id, options),
    );
  asking(webhooks.command('remove'))
    .description('delete an endpoint with its secrets and its log')
    .argument('<id>', ID)
    .action(async (id, options) =>
      (await import('./webhooks/change-webhooks.js')).removeWebhook(id, options),
    );
  asking(webhooks.command('rotate'))
    .description('make a new secret and key; messages are signed with the old ones as well for a while')
    .argument('<id>', ID)
    .option('--overlap <duration>', 'for how long, whole hours, e.g. 0h, 24h, 7d', secondsValue, 86_400)
    .action(async (id, options) => (await import('./webhooks/change-webhooks.js')).rotateSecret(id, options));
}

function subscribing(command: Command): Command {
  return command
    .option('--description <text>', 'for yourself')
    .option('--instruments <list>', 'only events of these instruments, or "all"', listOrAllValue)
    .option('--horizons <list>', 'only forecasts of these horizons, or "all"', listOrAllValue)
    .option('--intervals <list>', 'only candles of these intervals', listValue)
    .option('--format <form>', 'standard, or slack for its incoming webhooks');
}

function addSending(webhooks: Command): void {
  asking(webhooks.command('test'))
    .description('send an event that means nothing, and say what came of it')
    .argument('<id>', ID)
    .option('--no-wait', 'do not wait for the first attempt')
    .action(async (id, options) => (await import('./webhooks/send-again.js')).sendTest(id, options));
  asking(webhooks.command('replay'))
    .description('send one delivery again, or those of a range of time; ids stay what they were')
    .argument('<id>', ID)
    .argument('[delivery]', 'id of a delivery; or name a range')
    .option('--from <date>', 'events from then on', instantValue)
    .option('--to <date>', 'events until then; default: now', instantValue)
    .option('--include <list>', 'of failed, missed, delivered; default: failed, missed', listValue)
    .action(async (id, delivery, options) =>
      (await import('./webhooks/send-again.js')).replay(id, delivery, options),
    );
}

function addVerify(webhooks: Command): void {
  webhooks
    .command('verify')
    .description('check the signature of a message that came in; asks nobody')
    .argument('<body>', 'file with the body, byte for byte')
    .requiredOption('--id <text>', 'the header webhook-id')
    .requiredOption('--timestamp <seconds>', 'the header webhook-timestamp')
    .requiredOption('--signature <text>', 'the header webhook-signature')
    .option('--secret-file <file>', 'file that holds the secret, whsec_…')
    .option('--public-key <text>', 'the public key, whpk_…')
    .option('--tolerance <duration>', 'how old or new it may be', secondsValue)
    .action(async (body, options) =>
      (await import('./webhooks/verify-message.js')).verifyMessage(body, options),
    );
}
