import { Readable } from 'node:stream';

/** Characters that are sent at once. */
const CHUNK_CHARS = 65_536;

/**
 * Values as newline-delimited JSON. The first is awaited here, so that what cannot begin fails before the head of the
 * reply has gone out; what fails later cuts the reply off, and its last line is missing.
 */
export async function exportLines(values: AsyncGenerator<object>): Promise<Readable> {
  const first = await values.next();
  return Readable.from(chunks(first, values), { objectMode: false });
}

async function* chunks(
  first: IteratorResult<object, unknown>,
  values: AsyncGenerator<object>,
): AsyncGenerator<string> {
  let text = '';
  for (let each = first; !each.done; each = await values.next()) {
    text += `${JSON.stringify(each.value)}\n`;
    if (text.length < CHUNK_CHARS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
