import { readFileSync } from 'node:fs';
import { Marked } from 'marked';

const FOLDER = new URL('../../../../docs/', import.meta.url);

/** The frame around Swagger UI; addresses are relative, so that it works behind a path prefix. */
export const API_PAGE = page(
  'btcforecast API',
  `<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<div id="api"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/init.js"></script>`,
);

export const INIT_SCRIPT = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

/** Pages of docs/ for whoever calls the API; those for operators stay in the repository. */
export const PAGES = [
  'access',
  'accuracy',
  'alerts',
  'api',
  'audit',
  'errors',
  'glossary',
  'http',
  'inference',
  'lifecycle',
  'models',
  'oauth-and-signatures',
  'quotas',
  'statistics',
  'streams',
  'track-record',
  'webhooks',
] as const;
type Page = (typeof PAGES)[number];

const made = new Map<Page, string>();
const STYLE =
  '<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}' +
  ':target{background:#ffd}code{background:#eee}pre{overflow-x:auto}table{border-collapse:collapse;display:block;' +
  'overflow-x:auto}td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}</style>';

/** A page of docs/, made when it is first asked for. Of the errors each code is an anchor, to which problems point. */
export function documentPage(name: Page): string {
  const text = made.get(name) ?? page(`btcforecast ${name}`, STYLE + asHtml(name));
  made.set(name, text);
  return text;
}

function asHtml(name: Page): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const target = targetOf(href);
        return target === undefined ? inner : `<a href="${target}">${inner}</a>`;
      },
    },
  });
  return marked.parse(readFileSync(new URL(`${name}.md`, FOLDER), 'utf8')) as string;
}

/** A code as it is; of words what links within the repository take: in small letters, joined by hyphens. */
function anchorOf(heading: string): string {
  const plain = heading.replaceAll('`', '');
  if (/^[a-z_]+\.[a-z_.]+$/.test(plain)) return plain;
  return plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Where a link of a document leads here; undefined: to something that is not served. */
function targetOf(href: string): string | undefined {
  if (/^(https?:|#)/.test(href)) return href;
  const [, name = '', hash = ''] = /^([a-z-]+)\.md(#.*)?$/.exec(href) ?? [];
  return (PAGES as readonly string[]).includes(name) ? `${name}${hash}` : undefined;
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body>
${body}
</body>
</html>
`;
}
