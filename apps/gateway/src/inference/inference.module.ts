import { Module } from '@nestjs/common';
import { Peers } from '../http/peers.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { InferController } from './infer.controller.js';
import { Inference } from './inference.service.js';
import { InferenceClient } from './inference-client.js';
import { ModelMetadataController } from './model-metadata.controller.js';
import { RepositoryController } from './repository.controller.js';
import { ServerController } from './server.controller.js';

/** The Open Inference Protocol. */
@Module({
  imports: [QuotasModule],
  controllers: [ServerController, ModelMetadataController, InferController, RepositoryController],
  providers: [Inference, InferenceClient, Peers],
})
export class InferenceModule {}
