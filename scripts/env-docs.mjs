/**
 * Turns the configuration schemas of the apps into `.env.example`, docs/configuration.md and the tables in the
 * READMEs of the apps. Pure: texts in, texts out; generate-docs.mjs reads and writes, a test compares.
 *
 * @typedef {{ name: string, default: string | undefined, required: boolean, description: string, secret: boolean }} Variable
 * @typedef {{ common: Variable[], apps: { name: string, variables: Variable[] }[] }} Configuration
 */

/** What `npm start` decides by itself; a value in `.env` is of use only where services are started one by one. */
const SET_BY_SUPERVISOR = new Set([
  'DATABASE_URL',
  'MARKET_SOURCE',
  'MARKET_FEED',
  'RPC_TOKEN',
  'RPC_HOST',
  'RPC_PORT',
  'RPC_ADDRESSES_MARKET_DATA',
  'RPC_ADDRESSES_PREDICTION',
  'INTERNAL_HOST',
  'INTERNAL_PORT',
  'GATEWAY_PORT',
  'GATEWAY_PUBLIC_URL',
  'SIM_URL',
  'SIM_MODE',
  'SIM_FILE',
  'SIM_FILES',
  'SIM_SPEED',
  'SIM_FROM',
  'SIM_STATE_DIR',
  'SIM_HOST',
  'SIM_PORT',
]);

/** The variables of an app that are its own, and those of all to which it gives another default. */
export function ownVariables(variables, common) {
  const shared = new Map(common.map(({ name, default: initial }) => [name, initial]));
  return variables.filter(({ name, default: initial }) => !shared.has(name) || shared.get(name) !== initial);
}

/** @param {Configuration} configuration */
export function envExample({ common, apps }) {
  const head = `# Configuration of btcforecast. Copy to .env and change what you need; npm start reads it.
# Everything is optional there: whatever is commented out has the value shown, or none.
# A secret may come from a file instead: NAME_FILE=/run/secrets/name.
# Generated from the configuration schemas: npm run docs:generate
`;
  const seen = new Set();
  const section = (title, variables) => {
    const fresh = variables.filter(({ name }) => !seen.has(name) && seen.add(name));
    return fresh.length === 0 ? [] : [`\n# --- ${title} ---\n${fresh.map(exampleLines).join('\n')}`];
  };
  return [
    head,
    ...section('all services', common),
    ...apps.flatMap(({ name, variables }) => section(name, variables)),
  ].join('');
}

function exampleLines(variable) {
  const note = SET_BY_SUPERVISOR.has(variable.name) ? ' (npm start sets it)' : '';
  return `# ${variable.description}${note}\n# ${variable.name}=${variable.default ?? ''}\n`;
}

/** A Markdown table, padded as prettier pads it. */
export function variableTable(variables) {
  const rows = variables.map(({ name, default: initial, required, description }) => [
    `\`${name}\``,
    initial === undefined ? (required ? 'required' : '–') : `\`${initial}\``,
    escaped(description + (SET_BY_SUPERVISOR.has(name) ? ' (set by `npm start`)' : '')),
  ]);
  const all = [['variable', 'default', 'meaning'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(all[0]), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function escaped(text) {
  return text.replaceAll('|', '\\|');
}

/** Replaces what stands between the two markers. */
export function withTable(text, table) {
  const [begin, end] = ['<!-- configuration -->', '<!-- /configuration -->'];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`the markers ${begin} and ${end} are missing`);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

/**
 * Every generated text by its path.
 *
 * @param {Configuration} configuration
 * @param {(path: string) => string} read gives the present text of a file that holds markers
 * @returns {Record<string, string>}
 */
export function generatedTexts({ common, apps }, read) {
  const readmes = apps.map(({ name, variables }) => [
    `apps/${name}/README.md`,
    withTable(read(`apps/${name}/README.md`), variableTable(ownVariables(variables, common))),
  ]);
  return {
    '.env.example': envExample({ common, apps }),
    'docs/configuration.md': withTable(read('docs/configuration.md'), variableTable(common)),
    ...Object.fromEntries(readmes),
  };
}
