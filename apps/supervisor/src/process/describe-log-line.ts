const SHOWN = new Set(['warn', 'error', 'fatal']);

interface Shown {
  readonly level: string;
  readonly text: string;
}

/**
 * A service's log line as people read it: warnings and errors only. Services write JSON lines; whatever else they
 * print (a crash of the runtime itself) is shown as it is.
 *
 * @returns undefined for a line that only the log file needs
 */
export function describeLogLine(line: string): Shown | undefined {
  if (line.trim() === '') return undefined;
  const fields = parse(line);
  if (!fields) return { level: 'error', text: line };
  const level = String(fields['log.level']);
  if (!SHOWN.has(level)) return undefined;
  const error = fields['error.message'];
  const message = String(fields['message'] ?? '');
  const why = typeof error === 'string' && error !== '' && error !== message ? `: ${error}` : '';
  return { level, text: `${message}${why}` };
}

/**
 * A line of PostgreSQL's log; only what ends the server concerns the person at the terminal. Lines without its time
 * stamp tell what was decided about its folder.
 */
export function describeDatabaseLine(line: string): Shown | undefined {
  if (/^\S/.test(line) && !/^\d{4}-\d\d-\d\d /.test(line)) return { level: 'note', text: line };
  const [, text] = /(?:PANIC|ERROR|FATAL): +(.*)/.exec(line) ?? [];
  if (text === undefined) return undefined;
  if (line.includes('PANIC:')) return { level: 'fatal', text };
  return /No space left on device/.test(text)
    ? { level: 'error', text: `the disk is full: ${text}` }
    : undefined;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
