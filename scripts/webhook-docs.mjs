/** Turns the events of webhooks (libs/contracts) into the catalogue of docs/webhooks.md. Pure: text in, text out. */
import { z } from 'zod';

const CATALOGUE = /(<!-- events -->\n)[\s\S]*?(\n<!-- \/events -->)/;

/**
 * @param {string} page docs/webhooks.md
 * @param {Readonly<Record<string, import('zod').ZodType>>} events the `data` of each type
 */
export function withEventCatalogue(page, events) {
  const parts = Object.entries(events).map(([type, schema]) => sectionOf(type, schema));
  return page.replace(CATALOGUE, (_, before, after) => `${before}\n${parts.join('\n\n')}\n${after}`);
}

function sectionOf(type, schema) {
  const document = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  const { description, properties } = resolved(document, document);
  const lines = Object.entries(properties).map(
    ([name, property]) => `- \`${name}\`: ${wordsOf(property, document)}`,
  );
  return [`#### \`${type}\``, `${description}.`, lines.join('\n')].join('\n\n');
}

/** Its description, or what it holds. */
function wordsOf(property, document) {
  const { description, properties = {} } = resolved(property, document);
  const names = Object.keys(properties).map((name) => `\`${name}\``);
  return description ?? `holds ${names.join(', ')}; each is described in \`/openapi.json\``;
}

function resolved(node, document) {
  return node.$ref ? { ...document.$defs[node.$ref.split('/').at(-1)], ...node } : node;
}
