import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import { AppError } from '@btcforecast/platform';
import { unreadable } from '../inference-error.js';
import { moreForRows } from '../inference-cost.js';
import { type Inference, LOAD_DEADLINE_MS, versionOf } from '../inference.service.js';
import { type LoadParameters, versionToLoad } from '../load-parameters.js';
import { chosen, indexOf, metadataOf } from '../model-views.js';
import type { GrpcEdge } from './grpc-edge.js';
import { grpcAnswer, grpcQuestion, plain } from './grpc-question.js';
import type { ModelInferRequest, ModelInferResponse, ModelName, RepositoryModelRequest } from './messages.js';

/** The methods of proto/open_inference.proto. */
export function inferenceMethods(inference: Inference, edge: GrpcEdge): UntypedServiceImplementation {
  return {
    ...serverMethods(inference, edge),
    ...modelMethods(inference, edge),
    ...repositoryMethods(inference, edge),
  };
}

/** The question of orchestrators, about the server or this one service. */
export function healthMethods(inference: Inference, edge: GrpcEdge): UntypedServiceImplementation {
  return {
    Check: edge.unary<{ service: string }, { status: string }>({
      name: 'Health/Check',
      permission: null,
      run: async ({ service }) => {
        if (service !== '' && service !== 'inference.GRPCInferenceService') {
          throw new AppError('caller', 'request.not_found', 'there is no such service here');
        }
        return { status: (await inference.isReady()) ? 'SERVING' : 'NOT_SERVING' };
      },
    }),
  };
}

function serverMethods(inference: Inference, edge: GrpcEdge): UntypedServiceImplementation {
  return {
    ServerLive: edge.unary({ name: 'ServerLive', permission: null, run: () => ({ live: true }) }),
    ServerReady: edge.unary({
      name: 'ServerReady',
      permission: null,
      run: async () => ({ ready: await inference.isReady() }),
    }),
    ServerMetadata: edge.unary({ name: 'ServerMetadata', permission: null, run: () => inference.server }),
  };
}

function modelMethods(inference: Inference, edge: GrpcEdge): UntypedServiceImplementation {
  return {
    ModelReady: edge.unary<ModelName, { ready: boolean }>({
      name: 'ModelReady',
      permission: 'models:read',
      run: async ({ name, version }, asked) => {
        const models = await inference.modelsOf(asked, name);
        return { ready: chosen(models, versionIn(version)).state === 'ready' };
      },
    }),
    ModelMetadata: edge.unary<ModelName, object>({
      name: 'ModelMetadata',
      permission: 'models:read',
      run: async ({ name, version }, asked) =>
        metadataOf(await inference.modelsOf(asked, name), versionIn(version)),
    }),
    ModelInfer: edge.unary<ModelInferRequest, ModelInferResponse>({
      name: 'ModelInfer',
      permission: 'inference:run',
      run: async (request, asked) => {
        const model = { name: request.model_name, version: versionIn(request.model_version) };
        const question = grpcQuestion(request);
        await asked.payMore(moreForRows(question));
        return grpcAnswer(await inference.infer(asked, model, question), question);
      },
    }),
    ModelStatistics: edge.unary<ModelName, object>({
      name: 'ModelStatistics',
      permission: 'models:read',
      run: ({ name, version }, asked) =>
        inference.statistics(asked, name === '' ? {} : { name, version: versionIn(version) }),
    }),
  };
}

function repositoryMethods(inference: Inference, edge: GrpcEdge): UntypedServiceImplementation {
  return {
    RepositoryIndex: edge.unary<{ ready: boolean }, object>({
      name: 'RepositoryIndex',
      permission: 'models:read',
      run: async ({ ready }, asked) => ({ models: indexOf(await inference.models(asked), ready) }),
    }),
    RepositoryModelLoad: edge.unary<RepositoryModelRequest, object>({
      name: 'RepositoryModelLoad',
      permission: 'models:load',
      usualMs: LOAD_DEADLINE_MS,
      subject: modelIn,
      run: async (request, asked) => {
        const name = modelIn(request);
        await inference.load(asked, {
          name,
          version: versionToLoad(parametersIn(request)),
          actor: asked.actor,
        });
        return { model_name: name, isLoaded: true };
      },
    }),
    RepositoryModelUnload: edge.unary<RepositoryModelRequest, object>({
      name: 'RepositoryModelUnload',
      permission: 'models:load',
      subject: modelIn,
      run: async (request, asked) => {
        const name = modelIn(request);
        await inference.unload(asked, {
          name,
          version: versionToLoad(parametersIn(request)),
          actor: asked.actor,
        });
        return { model_name: name, isUnloaded: true };
      },
    }),
  };
}

/** Empty: none was named. */
function versionIn(text: string): number | null {
  return text === '' ? null : versionOf(text);
}

/** KServe has the model where Triton has the repository. */
function modelIn({ model_name: model, repository_name: repository }: RepositoryModelRequest): string {
  return model === '' ? repository : model;
}

function parametersIn({ parameters }: RepositoryModelRequest): LoadParameters {
  const { version, ...others } = plain(parameters);
  if (version === undefined) return others;
  const number = Number(version);
  if (Number.isSafeInteger(number) && number > 0) return { ...others, version: number };
  throw unreadable('the parameter version must be a whole number from 1 on');
}
