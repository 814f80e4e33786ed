import { TrackRecordReply } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform/errors';
import { fileLines } from '../file-lines.js';
import { askGateway, type GatewayTarget } from '../gateway/ask-gateway.js';

export type RecordPage = TrackRecordReply;

const PAGE = 1_000;

/** The whole record, page by page, from the API. @throws AppError as askGateway */
export async function* downloadPages(target: GatewayTarget): AsyncGenerator<RecordPage> {
  for (let after: number | null = 0; after !== null;) {
    const query: string = new URLSearchParams({ after: String(after), limit: String(PAGE) }).toString();
    const page: RecordPage = await askGateway(target, `/v1/track-record?${query}`, TrackRecordReply);
    yield page;
    after = page.next;
  }
}

/**
 * The pages of a file, one JSON object a line, or a single one over several lines.
 *
 * @throws AppError caller import.bad_file when the file cannot be read, import.bad_line for what is no page
 */
export async function* filePages(path: string): AsyncGenerator<RecordPage> {
  /** Of a page over several lines, which is known by its first line. */
  const parts: string[] = [];
  let line = 0;
  for await (const text of fileLines(path)) {
    line += 1;
    if (!text.trim()) continue;
    const value = parts.length > 0 ? undefined : jsonOf(text);
    if (value !== undefined) yield pageOf(path, line, value);
    else if (line === parts.length + 1) parts.push(text);
    else throw badLine(path, line, 'it is not JSON');
  }
  if (parts.length === 0) return;
  const whole = jsonOf(parts.join('\n'));
  if (whole === undefined) throw badLine(path, 1, 'it is not JSON');
  yield pageOf(path, 1, whole);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pageOf(path: string, line: number, value: unknown): RecordPage {
  const { data, error } = TrackRecordReply.safeParse(value);
  if (data) return data;
  const [issue] = error.issues;
  throw badLine(path, line, `it is no page of a track record: ${issue?.path.join('.')} ${issue?.message}`);
}

function badLine(path: string, line: number, problem: string): AppError {
  return new AppError('caller', 'import.bad_line', `${path}, line ${line}: ${problem}`, { path, line });
}
