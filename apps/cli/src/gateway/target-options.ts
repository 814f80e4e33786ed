import type { Command } from 'commander';
import { urlValue } from '../option-values.js';

/** Where to ask, by which key, and how to answer. */
export function asking(command: Command, { json = true } = {}): Command {
  command
    .option('--url <address>', 'the API to ask; default: the gateway of the system on this machine', urlValue)
    .option('--key-file <file>', 'file that holds the key; default: the key of the operator');
  return json ? command.option('--json', 'the reply of the API as it is') : command;
}
