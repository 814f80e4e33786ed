import { Command, CommanderError } from 'commander';
import { packageVersion } from './package-version.js';
import { reportFailure } from './report-failure.js';
import { registerAuditCommand } from './audit.command.js';
import { registerBacktestCommand } from './backtest.command.js';
import { registerDataCommand } from './data.command.js';
import { registerDeployCommand } from './deploy.command.js';
import { registerDoctorCommand } from './doctor.command.js';
import { registerDrillCommand } from './drill.command.js';
import { registerForecastCommand } from './forecast.command.js';
import { registerKeysCommand } from './keys.command.js';
import { registerMigrateCommand } from './migrate.command.js';
import { registerListenCommand } from './listen.command.js';
import { registerModelsCommand } from './models.command.js';
import { registerTrackRecordCommand } from './track-record.command.js';
import { registerTrainCommand } from './train.command.js';
import { registerUsersCommand } from './users.command.js';
import { registerVerifyCommand } from './verify.command.js';
import { registerWebhooksCommand } from './webhooks.command.js';

/** Exit code of a command line that cannot be understood; 1 is a command that was understood and failed. */
const USAGE_EXIT_CODE = 2;

/** One line per file of commands: each adds its own commands and their options. */
function createProgram(): Command {
  const program = new Command('btcf')
    .description('btcforecast on the command line')
    .version(packageVersion())
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneSentence(text)) });
  registerTrainCommand(program);
  registerBacktestCommand(program);
  registerDataCommand(program);
  registerForecastCommand(program);
  registerMigrateCommand(program);
  registerModelsCommand(program);
  registerKeysCommand(program);
  registerListenCommand(program);
  registerWebhooksCommand(program);
  registerVerifyCommand(program);
  registerTrackRecordCommand(program);
  registerAuditCommand(program);
  registerUsersCommand(program);
  registerDeployCommand(program);
  registerDoctorCommand(program);
  registerDrillCommand(program);
  return program;
}

/**
 * Runs one command line.
 *
 * @param args words after the program's name
 * @returns exit code: 0 done, 1 the command failed, 2 the command line was wrong
 */
export async function main(args: readonly string[]): Promise<number> {
  process.stdout.off('error', endWithReader).on('error', endWithReader); // once, however many run in one process
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    // A command that did its work may still have found something wrong: doctor says so by the exit code.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    return reportFailure(error, process.stderr);
  }
}

/** Whoever read our output has read enough, as in `btcf doctor | head`. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

/** Commander's message, under our name, on one line. */
function oneSentence(text: string): string {
  return `btcf: ${text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')} (see btcf --help)\n`;
}
