import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { WsMessage, WsRequest, StreamEvent } from '@btcforecast/contracts';
import { Ajv } from 'ajv';
import { createAsyncApiDocument } from './asyncapi-document.js';

interface Message {
  readonly payload: { readonly $ref: string };
  readonly examples: readonly { readonly payload: unknown }[];
}
interface Described {
  readonly channels: Record<string, { readonly messages: Record<string, Message> }>;
  readonly components: { readonly schemas: Record<string, object> };
}

const document = createAsyncApiDocument();
const { channels, components } = document as unknown as Described;
const messages = Object.entries(channels).flatMap(([channel, described]) =>
  Object.entries(described.messages).map(([name, message]): [string, Message] => [
    `${channel} ${name}`,
    message,
  ]),
);

describe('the document of the streams', () => {
  it('is the committed openapi/asyncapi.json: otherwise run npm run api:generate', () => {
    const committed = readFileSync(new URL('../../../../openapi/asyncapi.json', import.meta.url), 'utf8');
    expect(committed).toBe(`${JSON.stringify(document, null, 2)}\n`);
  });

  it('keeps the rules of AsyncAPI 3.0, and breaks them when damaged', () => {
    const require = createRequire(import.meta.url);
    const rules = require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
    const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(rules);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(validate({ ...document, channels: { stream: { address: 3 } } })).toBe(false);
  });

  it('refers to nothing that it does not hold', () => {
    const references = new Set(JSON.stringify(document).match(/"#\/[^"]+"/g));
    for (const reference of references) {
      const path = (JSON.parse(reference) as string).slice(2).split('/');
      const found = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], document);
      expect({ reference, found: typeof found }).toEqual({ reference, found: 'object' });
    }
  });

  it.each(messages)('shows of the message %s what its schema allows', (_name, { payload, examples }) => {
    const schemas = { $id: 'streams', components };
    const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema(schemas);
    const validate = ajv.compile({ $ref: `streams${payload.$ref}` });
    expect(examples.length).toBeGreaterThan(0);
    for (const { payload: example } of examples) {
      validate(example);
      expect(validate.errors).toBeNull();
    }
  });

  it('describes every event and every message that there is, and shows what would be taken', () => {
    const shown = (channel: string) =>
      Object.values(channels[channel]!.messages).flatMap(({ examples }) =>
        examples.map(({ payload }) => payload),
      );
    const typesOf = (union: { options: readonly { shape: object }[] }, field: string) =>
      union.options.map(({ shape }) => (shape as Record<string, { value: string }>)[field]!.value);
    const ofType = (values: readonly unknown[], field: string) =>
      values.map((value) => (value as Record<string, string>)[field]).filter(Boolean);
    expect(ofType(shown('stream'), 'type').sort()).toEqual(typesOf(StreamEvent, 'type').sort());
    expect(ofType(shown('ws'), 'op').sort()).toEqual(typesOf(WsRequest, 'op').sort());
    expect(
      ofType(shown('ws'), 'type')
        .filter((type) => typeof type === 'string')
        .sort(),
    ).toEqual(typesOf(WsMessage, 'type').sort());
    for (const event of shown('stream').filter((one) => 'type' in (one as object))) {
      expect(StreamEvent.parse(event)).toEqual(event);
    }
    for (const one of shown('ws')) {
      if ('op' in (one as object)) expect(WsRequest.parse(one)).toEqual(one);
      else expect(WsMessage.parse(one)).toEqual(one);
    }
  });
});
