import { randomUUID } from 'node:crypto';
import type {
  WebhookEventType,
  WebhookReply,
  WebhookRequest,
  PageQuery,
  WebhooksReply,
  WebhookUpdateRequest,
} from '@btcforecast/contracts';
import type { WebhookEndpointEntity } from '@btcforecast/database';
import { AddressPolicy, AppError, Clock } from '@btcforecast/platform';
import { Injectable } from '@nestjs/common';
import type { Asker } from '../asker.js';
import { endPending } from '../deliveries/end-pending.js';
import { pageEnd, pageOf } from '../page-cursor.js';
import { endpointReply } from './endpoint-reply.js';
import { endpointUrl } from './endpoint-url.js';
import { EndpointRepository, type EndpointChange } from './endpoint.repository.js';
import { SecretRepository } from './secret.repository.js';
import { assertMaySubscribe, maySee, narrowedTo } from './subscription-rules.js';

export const MAX_ENDPOINTS = 20;
const LIST = 'webhooks';

/** Where a tenant is told what happens. */
@Injectable()
export class EndpointService {
  constructor(
    private readonly endpoints: EndpointRepository,
    private readonly secrets: SecretRepository,
    private readonly policy: AddressPolicy,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError caller webhook.refused for its address, access.forbidden when it would tell more than the asker may
   *   ask about, webhook.conflict when the tenant has enough; transient service.not_ready without a key for secrets
   */
  async create(asker: Asker, request: WebhookRequest): Promise<WebhookReply> {
    const { tenant, actor } = asker;
    const wanted = { ...request, ...narrowedTo(asker, request) };
    assertMaySubscribe(asker, wanted);
    const now = new Date(this.clock.now());
    const row = {
      ...rowOf(wanted),
      id: randomUUID(),
      tenant,
      url: endpointUrl(request.url, this.policy),
      createdBy: actor,
      createdAt: now,
      updatedAt: now,
      ...(wanted.enabled ? ENABLED : disabledAt(now)),
    };
    await this.endpoints.transaction(async (manager) => {
      if (!(await this.endpoints.add(manager, row, MAX_ENDPOINTS))) throw tooMany();
      await this.secrets.addFirst(manager, row.id, now);
    });
    return this.get(asker, row.id);
  }

  /** Newest first. What is beyond the limits of the asker is left out of its page. */
  async list(asker: Asker, { limit, cursor }: PageQuery): Promise<WebhooksReply> {
    const rows = await this.endpoints.list(asker.tenant, limit, pageEnd(LIST, cursor));
    const page = pageOf(LIST, rows, limit, ({ createdAt, id }) => ({ at: createdAt.toISOString(), id }));
    const seen = page.data.filter((row) => maySee(asker, row));
    return { data: seen.map(endpointReply), next: page.next };
  }

  /** @throws AppError caller webhook.not_found, also for one that is beyond the limits of the asker */
  async get(asker: Asker, id: string): Promise<WebhookReply> {
    const row = await this.endpoints.find(asker, id);
    if (!row) throw noEndpoint();
    return endpointReply(row);
  }

  /**
   * An endpoint that is enabled again, or gets another address, begins with a clean record. One that is disabled gives up
   * what was still to be sent; a replay brings it back.
   *
   * @throws AppError as {@link create}; caller webhook.not_found
   */
  async update(asker: Asker, id: string, request: WebhookUpdateRequest): Promise<WebhookReply> {
    const now = new Date(this.clock.now());
    await this.endpoints.transaction(async (manager) => {
      const row = await this.endpoints.lock(manager, asker, id);
      if (!row) throw noEndpoint();
      assertMaySubscribe(asker, { ...subscriptionOf(row), ...given(request) });
      const url = request.url === undefined ? row.url : endpointUrl(request.url, this.policy);
      await this.endpoints.update(manager, id, {
        ...given(request),
        url,
        ...turned(row, request, url, now),
        updatedAt: now,
      });
      if (request.enabled === false && row.enabled) await endPending(manager, id, now);
    });
    return this.get(asker, id);
  }

  /** @returns what it was. @throws AppError caller webhook.not_found */
  async delete(asker: Asker, id: string): Promise<WebhookReply> {
    const endpoint = await this.get(asker, id);
    if (!(await this.endpoints.delete(asker.tenant, id))) throw noEndpoint();
    return endpoint;
  }
}

export function noEndpoint(): AppError {
  return new AppError(
    'caller',
    'webhook.not_found',
    'you have no webhook endpoint with this id; GET /v1/webhooks lists yours',
  );
}

function tooMany(): AppError {
  const message = `you have ${MAX_ENDPOINTS} webhook endpoints, which is as many as a tenant may have; delete one first`;
  return new AppError('caller', 'webhook.conflict', message);
}

const ENABLED = { enabled: true, disabledReason: null, disabledAt: null } as const;
const HEALTHY = { failures: 0, failingSince: null, pausedUntil: null } as const;

function disabledAt(now: Date) {
  return { enabled: false, disabledReason: 'requested', disabledAt: now } as const;
}

function rowOf({ description, eventTypes, intervals, format, instruments, horizons }: WebhookRequestLike) {
  return {
    description,
    eventTypes: [...eventTypes],
    intervals: [...intervals],
    format,
    instruments: instruments && [...instruments],
    horizons: horizons && [...horizons],
  };
}

type WebhookRequestLike = Omit<WebhookRequest, 'url' | 'enabled' | 'instruments' | 'horizons'> & {
  readonly instruments: readonly string[] | null;
  readonly horizons: readonly string[] | null;
};

function subscriptionOf({ eventTypes, instruments, horizons }: WebhookEndpointEntity) {
  return { eventTypes: eventTypes as WebhookEventType[], instruments, horizons };
}

/** What the request names of the columns that it may change as they are. */
function given({ url: _url, enabled: _enabled, ...rest }: WebhookUpdateRequest) {
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Omit<
    WebhookUpdateRequest,
    'url' | 'enabled'
  >;
}

/** What enabling, disabling and moving change besides. */
function turned(
  row: WebhookEndpointEntity,
  { enabled }: WebhookUpdateRequest,
  url: string,
  now: Date,
): EndpointChange {
  if (enabled === true && !row.enabled) return { ...ENABLED, ...HEALTHY, listensSince: () => 'now()' };
  const moved = url === row.url ? {} : HEALTHY;
  return enabled === false && row.enabled ? { ...moved, ...disabledAt(now) } : moved;
}
