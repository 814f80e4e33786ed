import { readFileSync } from 'node:fs';
import {
  ForecastEvent,
  GapEvent,
  OutcomeEvent,
  PriceEvent,
  StreamClosing,
  StreamReset,
  WsClosing,
  WsError,
  WsEvent,
  WsHeartbeat,
  WsPing,
  WsPong,
  WsReset,
  WsSubscribe,
  WsSubscribed,
  WsUnsubscribe,
  WsUnsubscribed,
} from '@btcforecast/contracts';
import { z } from 'zod';
import { WS_PATH } from '../streams/ws/ws-answers.js';
import { OPERATION_EXAMPLES } from './examples.js';
import { type JsonSchema, jsonSchemaOf } from './json-schema.js';
import { streamExamples } from './stream-examples.js';

interface Message {
  readonly schema: z.ZodType;
  readonly summary: string;
  readonly example: object;
}
type Messages = Readonly<Record<string, Message>>;

const SSE_PATH = '/v1/stream';
const DESCRIPTION = `What happens, told as it happens: over server-sent events (\`${SSE_PATH}\`) or a WebSocket (\`${WS_PATH}\`).

Both tell the same events with the same ids. An id resumes a stream after that event, at any gateway; what it cannot be
resumed from is answered with \`reset\`, after which what is held is to be read anew by REST (\`/openapi.json\`).`;

const forecast = OPERATION_EXAMPLES['GET /v1/forecasts/by-id/{id}'] as object;
const EXAMPLES = streamExamples(forecast);

const events: Messages = {
  price: { schema: PriceEvent, summary: 'A candle has closed', example: EXAMPLES.events.price },
  forecast: { schema: ForecastEvent, summary: 'A forecast was issued', example: EXAMPLES.events.forecast },
  outcome: { schema: OutcomeEvent, summary: 'A forecast has its outcome', example: EXAMPLES.events.outcome },
  gap: { schema: GapEvent, summary: 'Candles are missing, or no longer', example: EXAMPLES.events.gap },
  reset: { schema: StreamReset, summary: 'Events may be missing: read anew', example: EXAMPLES.reset },
  closing: { schema: StreamClosing, summary: 'The server closes the stream', example: EXAMPLES.closing },
};
const requests = messagesOf(EXAMPLES.requests, {
  subscribe: [WsSubscribe, 'Begin to get events'],
  unsubscribe: [WsUnsubscribe, 'Get no more of them'],
  ping: [WsPing, 'Is anybody there?'],
});
const answers = messagesOf(EXAMPLES.answers, {
  subscribed: [WsSubscribed, 'The subscription has begun'],
  unsubscribed: [WsUnsubscribed, 'The subscription has ended'],
  pong: [WsPong, 'Answer to a ping'],
  error: [WsError, 'A message could not be obeyed'],
  event: [WsEvent, 'Something has happened'],
  reset: [WsReset, 'Events may be missing: read anew'],
  heartbeat: [WsHeartbeat, 'Nothing has happened for a while'],
  closing: [WsClosing, 'The server closes the connection'],
});

/** The streams as AsyncAPI 3.0, from the schemas that check what goes over them. */
export function createAsyncApiDocument(): JsonSchema {
  const schemas: Record<string, JsonSchema> = {};
  const channels = {
    stream: channel(
      SSE_PATH,
      'Server-sent events, WHATWG HTML 9.2',
      'http',
      [['', events, 'output']],
      schemas,
    ),
    ws: channel(
      WS_PATH,
      'A WebSocket, RFC 6455, one JSON object in each text message',
      'ws',
      [
        ['ask_', requests, 'input'],
        ['', answers, 'output'],
      ],
      schemas,
    ),
  };
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'btcforecast streams',
      version: packageVersion(),
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    defaultContentType: 'application/json',
    servers: {
      http: { host: 'localhost:3000', protocol: 'http', security: SECURITY },
      ws: { host: 'localhost:3000', protocol: 'ws', security: SECURITY },
    },
    channels,
    operations: operations(),
    components: { schemas: sorted(schemas), securitySchemes: SECURITY_SCHEMES },
  };
  return JSON.parse(JSON.stringify(document).replaceAll('#/$defs/', '#/components/schemas/')) as JsonSchema;
}

const SECURITY = [
  { $ref: '#/components/securitySchemes/key' },
  { $ref: '#/components/securitySchemes/ticket' },
];
const SECURITY_SCHEMES = {
  key: { type: 'http', scheme: 'bearer', description: 'Any credentials that the REST API takes' },
  ticket: {
    type: 'httpApiKey',
    name: 'ticket',
    in: 'query',
    description: 'A ticket of POST /v1/stream/tickets, which works once; for browsers',
  },
};

function operations(): JsonSchema {
  const [stream, ws] = [{ $ref: '#/channels/stream' }, { $ref: '#/channels/ws' }];
  const named = (channel: string, prefix: string, messages: Messages) =>
    Object.keys(messages).map((name) => ({ $ref: `#/channels/${channel}/messages/${prefix}${name}` }));
  return {
    tell: { action: 'send', channel: stream, messages: named('stream', '', events) },
    obey: {
      action: 'receive',
      channel: ws,
      messages: named('ws', 'ask_', requests),
      reply: {
        channel: ws,
        messages: ['subscribed', 'unsubscribed', 'pong', 'error'].map((name) => ({
          $ref: `#/channels/ws/messages/${name}`,
        })),
      },
    },
    tellSubscribers: { action: 'send', channel: ws, messages: named('ws', '', answers) },
  };
}

type Group = readonly [prefix: string, messages: Messages, io: 'input' | 'output'];

function channel(
  address: string,
  description: string,
  server: 'http' | 'ws',
  groups: readonly Group[],
  schemas: Record<string, JsonSchema>,
): JsonSchema {
  const messages = groups.flatMap(([prefix, group, io]) =>
    Object.entries(group).map(([name, { schema, summary, example }]): [string, JsonSchema] => {
      const { schema: payload, components } = jsonSchemaOf(z.object({ it: schema }), io);
      Object.assign(schemas, components);
      const { it } = payload['properties'] as { it: JsonSchema };
      return [prefix + name, { name, summary, payload: it, examples: [{ payload: example }] }];
    }),
  );
  return {
    address,
    description,
    servers: [{ $ref: `#/servers/${server}` }],
    messages: Object.fromEntries(messages),
  };
}

function messagesOf(
  examples: Readonly<Record<string, object>>,
  described: Readonly<Record<string, readonly [z.ZodType, string]>>,
): Messages {
  return Object.fromEntries(
    Object.entries(described).map(([name, [schema, summary]]) => {
      return [name, { schema, summary, example: examples[name] ?? {} }];
    }),
  );
}

function sorted(schemas: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: string }).version);
}
