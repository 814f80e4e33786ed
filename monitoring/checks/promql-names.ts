const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const LABEL_LISTS = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const WORDS = new Set([
  'and',
  'or',
  'unless',
  'bool',
  'offset',
  'by',
  'without',
  'on',
  'ignoring',
  'inf',
  'nan',
]);

/** The names of the metrics that a PromQL expression selects, those given by `__name__=~"a|b"` included. */
export function metricNames(expression: string): ReadonlySet<string> {
  const byMatcher = [...expression.matchAll(/__name__\s*=~?\s*"([^"]*)"/g)].map(
    ([, pattern = '']) => pattern,
  );
  const bare = expression
    .replace(/\{(?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\}/g, ' ')
    .replace(STRING, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\boffset\s+-?\w+/g, ' ')
    .replace(LABEL_LISTS, ' ');
  const names = [...bare.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])/g)].map(
    ([, name = '']) => name,
  );
  return new Set([
    ...names.filter((name) => !WORDS.has(name.toLowerCase())),
    ...byMatcher.flatMap(alternatives),
  ]);
}

/** `name(_total)?` stands for name and name_total: what is called differently from version to version. */
function alternatives(pattern: string): string[] {
  return pattern.split('|').flatMap((part) => {
    const optional = /^(.*)\((\w+)\)\?$/.exec(part);
    return optional ? [`${optional[1]}`, `${optional[1]}${optional[2]}`] : [part];
  });
}
