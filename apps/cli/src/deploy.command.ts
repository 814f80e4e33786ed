import { type Command, InvalidArgumentError, Option } from 'commander';
import { DRIVERS, ENVIRONMENTS } from './deploy/deploy-options.js';
import { SERVICES, type ServiceName } from './deploy/driver.js';
import { instantValue, listValue, positiveIntegerValue, releaseValue } from './option-values.js';

/** `btcf deploy …`: starts, updates and looks after regions. Commands load their code when they run. */
export function registerDeployCommand(program: Command): void {
  const deploy = program.command('deploy').description('start, update and look after regions');
  addStarting(deploy);
  addRolling(deploy);
  addGoingOn(deploy);
  addData(deploy);
  addSize(deploy);
  addLooking(deploy);
}

function addStarting(deploy: Command): void {
  gated(changing(deploy.command('up').alias('deploy')))
    .description('start whatever does not run; what runs stays')
    .option('--release <tag>', 'of services that start; default the last one of the journal', releaseValue)
    .action(async (options) => (await import('./deploy/commands/up.js')).startRegions(options));
}

function addRolling(deploy: Command): void {
  gated(changing(deploy.command('update')))
    .description('bring every instance to a release, one after another; a bad one is taken back')
    .requiredOption('--release <tag>', 'tag of the images', releaseValue)
    .action(async (options) => (await import('./deploy/commands/update.js')).updateRegions(options));
  gated(changing(deploy.command('canary')), 300)
    .description('one instance first, watched for long; then all others, or it is taken back')
    .requiredOption('--release <tag>', 'tag of the images', releaseValue)
    .addOption(
      new Option('--service <name>', 'whose first instance it is').choices(SERVICES).default('gateway'),
    )
    .action(async (options) => (await import('./deploy/commands/update.js')).canaryRegions(options));
  gated(changing(deploy.command('blue-green')))
    .description('a second set beside the first takes over at once; the first is kept until you say')
    .option('--release <tag>', 'of the second set', releaseValue)
    .option('--accept', 'bring the first set to that release, and remove the second')
    .option('--back', 'the first set serves again, and the second is removed')
    .action(async (options) => (await import('./deploy/commands/blue-green.js')).blueGreen(options));
  gated(changing(deploy.command('rollback')))
    .description('take an interrupted run back, else bring the release before back')
    .action(async (options) => (await import('./deploy/commands/update.js')).rollBack(options));
}

function addGoingOn(deploy: Command): void {
  gated(changing(deploy.command('resume')))
    .description('go on with a run that was interrupted')
    .option('--give-up', 'leave it where it is instead')
    .action(async (options) => (await import('./deploy/commands/update.js')).resumeOpenRun(options));
  chosen(deploy.command('unlock'))
    .description('take the lock of a process that is gone')
    .option('--force', 'that process ran on another machine, and is gone')
    .action(async (options) => (await import('./deploy/commands/update.js')).unlock(options));
}

function addData(deploy: Command): void {
  changing(deploy.command('backup'))
    .description('take a backup now, where the primary is')
    .addOption(new Option('--type <type>', 'what of it').choices(['full', 'diff', 'incr']).default('full'))
    .action(async (options) => (await import('./deploy/commands/data.js')).backUpNow(options));
  gated(changing(deploy.command('restore')))
    .description('the database as it was at a time, in all regions, in the place of what is there')
    .requiredOption('--to <time>', 'date-time with a zone', instantValue)
    .option('--from <region>', 'whose repository has the backup; default where the primary is')
    .option('--stop-services', 'stop services that run before, and start them after')
    .action(async (options) => (await import('./deploy/commands/data.js')).restoreTo(options));
  changing(deploy.command('failover'))
    .description("make another region's PostgreSQL the primary")
    .requiredOption('--to <region>', 'which one')
    .option('--force-data-loss', 'also when the old primary can be neither asked nor stopped')
    .action(async (options) => (await import('./deploy/commands/data.js')).failOver(options));
}

function addSize(deploy: Command): void {
  gated(changing(deploy.command('scale')))
    .description('so many instances of a service, in each region that is named')
    .argument('<service=n>', 'such as gateway=4', scaleValue)
    .action(async (wanted, options) =>
      (await import('./deploy/commands/size.js')).scaleService({ ...options, wanted }),
    );
  gated(changing(deploy.command('add-region')), 0)
    .description('start a further region beside the others, and tell them of it')
    .argument('<name>', 'such as ap-south')
    .requiredOption(
      '--number <n>',
      'of its own; its port on this host is 8450 and that',
      positiveIntegerValue,
    )
    .option('--networks <list>', 'networks whose clients belong here', listValue)
    .option('--spills-to <list>', 'regions that answer when it cannot; default the first two', listValue)
    .option('--release <tag>', 'of its services; default the last one of the journal', releaseValue)
    .action(async (name, options) =>
      (await import('./deploy/commands/size.js')).addRegion({ ...options, name }),
    );
  deploy
    .command('drill')
    .description('the same as btcf drill run')
    .argument('<name>', 'a drill of btcf drill list, or all')
    .action(async (name) => (await import('./drill/run-drills.js')).runDrills(name, {}));
}

function scaleValue(text: string): { service: ServiceName; count: number } {
  const [, name, count] = /^([a-z-]+)=([1-9]\d?)$/.exec(text) ?? [];
  const service = SERVICES.find((each) => each === name);
  if (service && count) return { service, count: Number(count) };
  throw new InvalidArgumentError(
    `It must be a service and a number, such as gateway=4; services are ${SERVICES.join(', ')}.`,
  );
}

function addLooking(deploy: Command): void {
  chosen(deploy.command('health-check'))
    .description('every server of every region; exit code 1 when one is not well')
    .action(async (options) => (await import('./deploy/commands/health-check.js')).checkHealth(options));
  chosen(deploy.command('status'))
    .description('releases, health, databases, backups and what was done last')
    .action(async (options) => (await import('./deploy/commands/status.js')).showStatus(options));
  chosen(deploy.command('monitor'))
    .description('the status again and again, until Ctrl-C')
    .option('--every <seconds>', 'how often', positiveIntegerValue, 5)
    .action(async (options) => (await import('./deploy/commands/status.js')).monitorStatus(options));
}

/** Of which environment and regions, and who runs the containers there. */
function chosen(command: Command): Command {
  return command
    .addOption(new Option('--env <name>', 'which environment').choices(ENVIRONMENTS).default('dev'))
    .option(
      '--region <name>',
      'a region; again for more; default all',
      (name: string, before: string[] = []) => [...before, name],
    )
    .addOption(new Option('--driver <name>', 'who runs the containers').choices(DRIVERS).default('compose'));
}

function changing(command: Command): Command {
  return chosen(command)
    .option('--dry-run', 'print the plan, and do nothing')
    .option('--yes', 'do not ask; needed for production where there is no terminal');
}

function gated(command: Command, watchSeconds = 20): Command {
  return command
    .option('--deadline <seconds>', 'in which an instance has to be ready', positiveIntegerValue, 60)
    .option(
      '--watch <seconds>',
      'for how long a first instance has to stay well',
      positiveIntegerValue,
      watchSeconds,
    );
}
