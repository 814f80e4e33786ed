import { Module } from '@nestjs/common';
import {
  DeliveryQueries,
  EndpointRepository,
  EndpointService,
  ReplayService,
  SecretRepository,
  SecretService,
} from '@btcforecast/notifications';
import { AddressPolicy, ENV, SecretBox } from '@btcforecast/platform';
import { DatabaseModule } from '../database.module.js';
import type { GatewayEnv } from '../gateway.env.js';
import { DeliveryController } from './delivery.controller.js';
import { WebhookController } from './webhook.controller.js';

/** Endpoints of tenants and what was sent to them. The sending is done by the worker. */
@Module({
  imports: [DatabaseModule],
  controllers: [WebhookController, DeliveryController],
  providers: [
    { provide: SecretBox, inject: [ENV], useFactory: (env: GatewayEnv) => new SecretBox(env.SECRETS_KEY) },
    {
      provide: AddressPolicy,
      inject: [ENV],
      useFactory: (env: GatewayEnv) => new AddressPolicy(env.WEBHOOK_ALLOWED_NETWORKS),
    },
    EndpointRepository,
    SecretRepository,
    EndpointService,
    SecretService,
    DeliveryQueries,
    ReplayService,
  ],
})
export class WebhooksModule {}
