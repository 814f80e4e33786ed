import type { Server } from 'node:net';
import { Controller, type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { marketDataRpc, predictionRpc, type RpcService } from '@btcforecast/contracts';
import { PlatformEnv } from '../config/platform.env.js';
import { parseEnv } from '../config/load.env.js';
import { HealthRegistry } from '../health/health-registry.js';
import { createLogger } from '../logging/create-logger.js';
import { PinoNestLogger } from '../logging/pino-nest-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { ENV, LOGGER } from '../nest/tokens.js';
import { Clock } from '../time/clock.js';
import { RpcClient } from './rpc-client.js';
import type { RpcCall } from './rpc-call.js';
import { RpcLoad } from './rpc-load.js';
import { createRpcMicroserviceOptions } from './rpc-server.js';
import { rpcTls } from './rpc-tls.js';
import { Rpc } from './rpc.decorator.js';
import { RpcCancelController, RunningCalls } from './running-calls.js';

export const TOKEN = 'a-token-of-thirty-two-characters';
export const GAP = marketDataRpc.repairGap;
export const FORECAST = predictionRpc.forecastById;

type Answer = (gapId: string, call: RpcCall) => Promise<number> | number;

/** Everything that was logged, line by line. */
export class LogLines {
  readonly lines: Record<string, unknown>[] = [];
  readonly logger = createLogger('test', {
    level: 'debug',
    destination: { write: (line: string) => this.lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
}

export function testEnv(overrides: Record<string, string> = {}): PlatformEnv {
  return parseEnv(PlatformEnv, {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    RPC_TOKEN: TOKEN,
    RPC_PORT: '0',
    ...overrides,
  });
}

export interface TestService {
  readonly port: number;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  readonly log: LogLines;
  /** As a kill does: every connection is cut. */
  close(): Promise<void>;
}

/** A service that answers market_data.repair_gap with what `answer` makes of the gap's id. */
export async function testService(
  answer: Answer,
  overrides: Record<string, string> = {},
): Promise<TestService> {
  const env = testEnv(overrides);
  const log = new LogLines();
  const health = new HealthRegistry();
  const metrics = new Metrics({ service: 'test', region: 'solo' });

  @Controller()
  class GapController {
    @Rpc(GAP)
    async repair(body: { gapId: string }, call: RpcCall) {
      return { state: 'repaired' as const, candles: await answer(body.gapId, call) };
    }
  }
  @Module({
    controllers: [GapController, RpcCancelController],
    providers: [
      { provide: ENV, useValue: env },
      { provide: LOGGER, useValue: log.logger },
      { provide: HealthRegistry, useValue: health },
      { provide: Metrics, useValue: metrics },
      Clock,
      RpcLoad,
      RunningCalls,
    ],
  })
  class ServiceModule {}

  const app = await listen(ServiceModule, env, log);
  const address = app.unwrap<Server>().address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return { port: address.port, health, metrics, log, close: () => app.close() };
}

async function listen(module: Type, env: PlatformEnv, log: LogLines): Promise<INestMicroservice> {
  const app = await NestFactory.createMicroservice(module, {
    ...createRpcMicroserviceOptions(env),
    logger: new PinoNestLogger(log.logger),
    abortOnError: false,
  });
  await app.listen();
  return app;
}

export function testClient(ports: readonly number[], overrides: Record<string, string> = {}): RpcClient {
  const env = testEnv(overrides);
  const here = ports.map((port) => ({ host: '127.0.0.1', port }));
  const addresses: Record<RpcService, typeof here> = { 'market-data': here, prediction: here };
  return new RpcClient({
    addresses,
    token: env.RPC_TOKEN,
    caller: 'test',
    tls: rpcTls(env),
    clock: new Clock(),
    logger: new LogLines().logger,
    metrics: new Metrics({ service: 'caller', region: 'solo' }),
  });
}
