import {
  Client,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { startFixture } from './start-fixture.js';
import { FOREIGN_DEFINITION } from './foreign-definition.js';

export type Reply = Record<string, unknown>;
type Unary = (
  request: object,
  metadata: Metadata,
  options: { deadline?: number },
  done: (error: ServiceError | null, reply?: Reply) => void,
) => void;
export type ForeignClient = Client & Record<string, Unary>;

export interface CallOptions {
  /** Default: a developer's; null: none. */
  readonly key?: string | null;
  readonly deadline?: number;
}

const found = loadPackageDefinition(
  fromJSON(FOREIGN_DEFINITION as never, {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  }),
) as never as {
  inference: Record<string, ServiceClientConstructor>;
  grpc: { health: { v1: Record<string, ServiceClientConstructor> } };
};

/**
 * A gateway, and clients that know nothing of proto/open_inference.proto: made from the field numbers of the published
 * definitions (open_inference_grpc.proto of the protocol, grpc_service.proto of Triton).
 */
export async function openGrpc() {
  const fixture = await startFixture();
  const developer = await fixture.addKey({ roles: ['developer'] });
  const operator = await fixture.addKey({ roles: ['operator'] });
  const address = `127.0.0.1:${fixture.gateway.grpcPort}`;
  const connect = (service: ServiceClientConstructor | undefined) =>
    new service!(address, credentials.createInsecure()) as unknown as ForeignClient;
  const client = connect(found.inference['GRPCInferenceService']);
  const health = connect(found.grpc.health.v1['Health']);

  const ask = (to: ForeignClient, method: string, request: object, options: CallOptions) => {
    const { key = developer, deadline } = options;
    const metadata = new Metadata();
    if (key !== null) metadata.set('authorization', `Bearer ${key}`);
    return new Promise<Reply>((resolve, reject) => {
      to[method]!(request, metadata, deadline === undefined ? {} : { deadline }, (error, reply) => {
        if (error) reject(error);
        else resolve(reply!);
      });
    });
  };
  return {
    ...{ fixture, developer, operator },
    call: (method: string, request: object, options: CallOptions = {}) =>
      ask(client, method, request, options),
    check: (service: string) => ask(health, 'Check', { service }, { key: null }),
    /** The levers of the peer as they were. */
    reset() {
      Object.assign(fixture.peer().state, { failure: undefined, delayMs: 0 });
    },
    async close() {
      client.close();
      health.close();
      await fixture.close();
    },
  };
}
export type Grpc = Awaited<ReturnType<typeof openGrpc>>;

export const doubles = (...numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer);
export const TYPED = {
  model_name: 'har',
  id: '42',
  inputs: [
    { name: 'features', datatype: 'FP64', shape: [2, 3], contents: { fp64_contents: [1, 2, 3, 4, 5, 6] } },
    { name: 'hour_of_day', datatype: 'FP64', shape: [2], contents: { fp64_contents: [7, 8] } },
  ],
};
export const RAW = {
  ...TYPED,
  inputs: TYPED.inputs.map(({ contents: _, ...input }) => input),
  raw_input_contents: [doubles(1, 2, 3, 4, 5, 6), doubles(7, 8)],
};
