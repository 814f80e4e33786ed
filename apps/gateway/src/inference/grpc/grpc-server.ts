import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  type Server,
  Server as GrpcServer,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { INFERENCE_MAX_BYTES } from '@btcforecast/contracts';
import type { Inference } from '../inference.service.js';
import { GrpcEdge, type GrpcEdgeDependencies } from './grpc-edge.js';
import { healthMethods, inferenceMethods } from './grpc-methods.js';

/** Beside src and dist alike. */
const PROTO = new URL('../../../proto/', import.meta.url);
/** A message has names and shapes beside its numbers. */
const MAX_MESSAGE_BYTES = INFERENCE_MAX_BYTES + 64 * 1024;
const OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_concurrent_streams': 256,
};

export interface RunningGrpc {
  readonly port: number;
  /** Answers what is being answered, for so long at most, and takes no more. */
  close(withinMs: number): Promise<void>;
}

/** Serves the inference protocol by gRPC. @throws Error when the port is taken */
export async function startGrpc(
  { host, port }: { readonly host: string; readonly port: number },
  inference: Inference,
  deps: GrpcEdgeDependencies,
): Promise<RunningGrpc> {
  const server = new GrpcServer(OPTIONS);
  const edge = new GrpcEdge(deps);
  server.addService(
    definitionOf('open_inference', 'inference.GRPCInferenceService'),
    inferenceMethods(inference, edge),
  );
  server.addService(definitionOf('health', 'grpc.health.v1.Health'), healthMethods(inference, edge));
  return { port: await bind(server, host, port), close: (withinMs) => close(server, withinMs) };
}

function definitionOf(file: string, service: string): ServiceDefinition {
  const definition = loadSync(fileURLToPath(new URL(`${file}.proto`, PROTO)), {
    ...{ keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true },
  });
  let found: unknown = loadPackageDefinition(definition);
  for (const part of service.split('.')) found = (found as Record<string, unknown>)[part];
  return (found as { service: ServiceDefinition }).service;
}

function bind(server: Server, host: string, port: number): Promise<number> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

function close(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.forceShutdown(), withinMs);
    server.tryShutdown(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}
