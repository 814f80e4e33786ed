import { readFileSync } from 'node:fs';
import { Marked } from 'marked';

const ERRORS_FILE = new URL('../../../../docs/errors.md', import.meta.url);

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

/** docs/errors.md as a page; each code is an anchor, to which the `type` of problems points. */
export function errorsPage(): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        const content = this.parser.parseInline(tokens);
        const id = text.replaceAll('`', '');
        return `<h${depth} id="${id}">${content}</h${depth}>\n`;
      },
    },
  });
  const style =
    '<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}' +
    ':target{background:#ffd}code{background:#eee}</style>';
  return page('btcforecast errors', style + (marked.parse(readFileSync(ERRORS_FILE, 'utf8')) as string));
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
