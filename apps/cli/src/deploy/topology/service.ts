/** A service of a compose file: what of the Compose Specification is used here. */
export interface ComposeService {
  image: string;
  profiles?: string[];
  hostname?: string;
  command?: string[];
  entrypoint?: string[];
  user?: string;
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  tmpfs?: string[];
  ports?: string[];
  networks: Record<string, { aliases: string[] } | null>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[]; interval: string; timeout: string; retries: number; start_period: string };
  restart?: string;
  read_only?: boolean;
  init?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  pids_limit?: number;
  ulimits?: { nofile: { soft: string; hard: string } };
  stop_grace_period?: string;
  deploy?: { resources: { limits: { cpus: string; memory: string } } };
  logging?: { driver: string; options: Record<string, string> };
}

export type Services = Record<string, ComposeService>;

export interface Limits {
  readonly cpus: string;
  readonly memory: string;
  /** Processes and threads together. */
  readonly pids?: number;
}

/**
 * What every container has: no privileges, a file system that cannot be written, and logs that cannot fill the disk.
 * CIS Docker Benchmark, section 5. Written once, as `x-hardened`.
 */
export const HARDENED = {
  restart: 'unless-stopped',
  read_only: true,
  init: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  // The group that may read what is secret: deploy/scripts/make-secrets.sh.
  group_add: ['10000'],
  logging: { driver: 'json-file', options: { 'max-size': '20m', 'max-file': '5' } },
} as const;

/** A service with its bounds; what it does not say itself it has from {@link HARDENED}. */
export function bounded(service: ComposeService, { cpus, memory, pids = 256 }: Limits): ComposeService {
  return { ...service, pids_limit: pids, deploy: { resources: { limits: { cpus, memory } } } };
}

/** Each connection through a balancer takes two. */
export const OPEN_FILES = { nofile: { soft: '${OPEN_FILES:-65536}', hard: '${OPEN_FILES:-65536}' } };

export function health(
  test: readonly string[],
  startSeconds = 30,
): NonNullable<ComposeService['healthcheck']> {
  return { test: [...test], interval: '5s', timeout: '10s', retries: 3, start_period: `${startSeconds}s` };
}

/** `name-1`, `name-2`, … */
export function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
}

/** `name` and `name-2`, made by their number. */
export function twice(name: string, make: (nth: number) => ComposeService): Services {
  return { [name]: make(1), [`${name}-2`]: make(2) };
}

export const healthy = (...names: string[]): Record<string, { condition: string }> =>
  Object.fromEntries(names.map((name) => [name, { condition: 'service_healthy' }]));
