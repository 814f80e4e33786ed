/** The parsed, frozen configuration of the app: `@Inject(ENV) private readonly env: WorkerEnv`. */
export const ENV = Symbol('btcforecast.env');

/** `Vault | null`: what the process has of Vault, if it uses one. */
export const VAULT = Symbol('btcforecast.vault');

/** The pino logger of the process: `@Inject(LOGGER) private readonly logger: Logger`. */
export const LOGGER = Symbol('btcforecast.logger');
