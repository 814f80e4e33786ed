/** The services of ours, in the order in which they are updated: whoever is called before whoever calls. */
export const SERVICES = ['market-data', 'prediction', 'worker', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** One process of a service of ours, wherever it runs. */
export interface Instance {
  readonly region: string;
  readonly service: ServiceName;
  /** Unique in its region, such as `gateway-1`. */
  readonly name: string;
  /** Tag of its image; null while there is none: an instance that is to be there and is not. */
  readonly release: string | null;
  readonly running: boolean;
}

/** How an instance is, asked once. */
export interface Probe {
  /** Whether it says that it can take work; see /health/ready. */
  readonly ready: boolean;
  /** What is wrong when it is not ready, in its own words. */
  readonly detail: string;
  /** How often it was started again since it was made; a program that ends at once has many. */
  readonly restarts: number;
  /** Requests that it answered since it started, and how many of them with 5xx; both 0 where nobody can say. */
  readonly requests: number;
  readonly errors: number;
}

export interface StartRegionOptions {
  readonly release: string;
  /** Regions whose etcd makes one cluster when it is made, this one among them. */
  readonly members: readonly string[];
  /** Whether that cluster is there already, and this region joins it. */
  readonly joins: boolean;
  /** Only these servers, without waiting for what they need; default all. */
  readonly only?: readonly string[] | undefined;
}

/** Anything that runs in a region: an instance of ours, a database, a balancer. */
export interface Server {
  readonly region: string;
  readonly name: string;
  /** Whether it runs and, where it has a health check of its own, passes it. */
  readonly well: boolean;
  /** In the words of whoever runs it, such as `healthy`. */
  readonly state: string;
}

export interface RunOnceOptions {
  /** Default: what the server itself would run. */
  readonly release?: string;
  readonly command?: readonly string[];
}

/**
 * What `btcf deploy` needs of whatever runs the containers. Every method may be called again after a crash and then ends
 * in the same state. Failures that may pass are AppError transient, what the operator has to mend AppError caller.
 */
export interface Driver {
  readonly name: string;

  /** @throws AppError caller config.invalid that names everything that is missing for this release: secrets, images, files */
  check(region: string, release: string): Promise<void>;

  /** All instances that are to be there, in a fixed order, also those that are not running. */
  instances(region: string): Promise<readonly Instance[]>;

  /** All that is there, by name; jobs that ended well are not among them. */
  servers(region: string): Promise<readonly Server[]>;

  /** Never throws because the instance is ill: that is what it tells. */
  probe(instance: Instance): Promise<Probe>;

  /** The last lines that it logged, oldest first. */
  logs(instance: Instance, lines: number): Promise<readonly string[]>;

  /**
   * Drains an instance, and puts one of this release in its place; resolves when that was started, not when it is ready.
   * Nothing else is touched. A driver that has {@link updateService} is never asked.
   */
  replace(instance: Instance, release: string, signal: AbortSignal): Promise<void>;

  /**
   * For orchestrators that roll by themselves (Swarm, Kubernetes): brings all instances of a service to a release, one
   * after another, resolves when all are ready, and says in a sentence how it went.
   *
   * @throws AppError transient service.not_ready when it stopped at a bad instance, after it brought all back
   */
  updateService?(region: string, service: ServiceName, release: string, signal: AbortSignal): Promise<string>;

  /** Starts whatever of a region does not run yet, databases first; what runs stays as it is. */
  startRegion(region: string, options: StartRegionOptions, signal: AbortSignal): Promise<void>;

  /** Starts one server of a region as it was made: an instance of ours, or another such as `postgres` or `etcd`. */
  start(region: string, server: string): Promise<void>;
  /** Drains it and waits until it has ended; one that does not run is left alone. */
  stop(region: string, server: string): Promise<void>;

  /**
   * Runs a command to its end where the server itself would run, with its image, its volumes and its secrets; without a
   * command whatever that server runs, such as `migrate`. @returns what it printed
   */
  runOnce(region: string, server: string, options: RunOnceOptions, signal: AbortSignal): Promise<string>;

  /** Runs a command beside a server of the region that runs, such as `postgres` or `haproxy`. @returns what it printed */
  execute(region: string, server: string, command: readonly string[]): Promise<string>;

  /** Makes it so many instances; further ones start with this release, the last ones are drained and go. */
  scale(region: string, service: ServiceName, count: number, release: string): Promise<void>;

  /**
   * Stops a server and makes it again from the files as they are now. Without it no region can be added, for its
   * neighbours would not learn of it.
   */
  recreate?(region: string, server: string): Promise<void>;

  /** Second instances beside those that run, for a change that is made, and taken back, at once. */
  readonly beside?: Beside;
}

/** A second one of an instance, of another release. The first one stays as it is until it is told otherwise. */
export interface Beside {
  /** Those of which there is a second one. */
  instances(region: string): Promise<readonly Instance[]>;
  /** Starts a second one to which nobody is sent; one that is there stays. */
  start(instance: Instance, release: string, signal: AbortSignal): Promise<void>;
  probe(instance: Instance): Promise<Probe>;
  /** Gives the second one the names under which the first is found, so that it is sent work too. */
  join(instance: Instance): Promise<void>;
  /** Drains the second one; then it is gone. */
  remove(instance: Instance): Promise<void>;
}
