export const ENVIRONMENTS = ['dev', 'staging', 'production'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

export const DRIVERS = ['compose', 'swarm', 'kubernetes'] as const;
export type DriverName = (typeof DRIVERS)[number];

/** What all commands of `btcf deploy` are given. */
export interface DeployOptions {
  readonly env: Environment;
  /** Undefined: all regions. */
  readonly region?: readonly string[];
  readonly driver: DriverName;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Of commands that wait for instances; seconds. */
export interface GateOptions {
  /** For how long a first instance has to stay well. */
  readonly watch: number;
  /** In which an instance has to become ready. */
  readonly deadline: number;
}
