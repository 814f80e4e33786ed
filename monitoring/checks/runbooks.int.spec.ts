import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot, testDatabase, type TestDatabase } from '@btcforecast/testing';
import { Client } from 'pg';

const RUNBOOKS = join(repositoryRoot, 'docs', 'runbooks');
const blocks = (language: string): { file: string; text: string }[] =>
  readdirSync(RUNBOOKS).flatMap((file) =>
    [
      ...readFileSync(join(RUNBOOKS, file), 'utf8').matchAll(
        new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)\n\`\`\`$`, 'gm'),
      ),
    ].map(([, text = '']) => ({ file, text })),
  );

describe('the runbooks', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await testDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('ask the database only for what it has', async () => {
    for (const { file, text } of blocks('sql')) {
      const asked = client.query(`EXPLAIN ${text}`).then(
        () => 'understood',
        ({ message }: Error) => message,
      );
      expect({ file, text, answer: await asked }).toEqual({ file, text, answer: 'understood' });
    }
  });

  it('name only commands that btcf has', () => {
    const readme = readFileSync(join(repositoryRoot, 'apps', 'cli', 'README.md'), 'utf8');
    const commands = blocks('sh').flatMap(({ text }) =>
      [...text.matchAll(/^btcf (\S+)/gm)].map(([, name]) => name),
    );
    expect(commands.length).toBeGreaterThan(5);
    for (const name of new Set(commands)) expect(readme).toMatch(new RegExp(`\`${name}\\b`));
  });
});
