import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { RPC_SERVICES } from '@btcforecast/contracts';
import type { PlatformEnv } from '../config/platform.env.js';
import type { Logger } from '../logging/create-logger.js';
import type { RpcClient } from '../rpc/rpc-client.js';

export interface RunningInstance {
  /** Name of the service. */
  readonly name: string;
  readonly env: PlatformEnv;
  /** Where it takes work. */
  readonly port: number;
  /** Where it says whether it does. */
  readonly internalPort: number;
  readonly logger: Logger;
}

export interface Registration {
  close(): Promise<void>;
}

/** Lets others find this instance by Consul, if there is one. Nothing of it is loaded otherwise. */
export async function registerInstance(running: RunningInstance): Promise<Registration | undefined> {
  const { name, env, port, internalPort, logger } = running;
  if (env.CONSUL_ADDR === undefined) return undefined;
  const { ConsulClient } = await import('./consul-client.js');
  const { ServiceRegistration } = await import('./service-registration.js');
  const address = env.CONSUL_SERVICE_ADDRESS ?? ownAddress();
  // A name may be one that callers know and the agent does not.
  const reachable = isIP(address) ? address : ownAddress();
  const checked = ['0.0.0.0', '::'].includes(env.INTERNAL_HOST) ? reachable : env.INTERNAL_HOST;
  const instance = {
    name,
    id: `${name}-${env.REGION}-${hostname()}-${internalPort}`,
    address,
    port,
    tags: [env.REGION],
    readyUrl: `http://${checked.includes(':') ? `[${checked}]` : checked}:${internalPort}/health/ready`,
  };
  return new ServiceRegistration(new ConsulClient(env), instance, logger);
}

/** Keeps the calls going to whoever Consul says is healthy in this region, if there is one. */
export async function followInstances(
  rpc: RpcClient,
  env: PlatformEnv,
  logger: Logger,
): Promise<Registration | undefined> {
  if (env.CONSUL_ADDR === undefined) return undefined;
  const { ConsulClient } = await import('./consul-client.js');
  const { ServiceWatch } = await import('./service-watch.js');
  const consul = new ConsulClient(env);
  const watches = RPC_SERVICES.map((name) => {
    const onChange = (instances: Parameters<RpcClient['follow']>[1]): void => rpc.follow(name, instances);
    return new ServiceWatch(consul, { name, tag: env.REGION, onChange }, logger);
  });
  return {
    close: async () => {
      for (const watch of watches) watch.close();
      await consul.close();
    },
  };
}

/** The first address of this machine that others can reach. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
