import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const { scopeRules, typeRules } = (await import('../dependency-rules.mjs')) as {
  typeRules: Record<string, string[]>;
  scopeRules: Record<string, string[]>;
};

/** Rows of the table that follows the marker in CONTRIBUTING.md, as {first cell: [second cell's words]}. */
function documentedRules(marker: string): Record<string, string[]> {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  const table = text.split(`<!-- ${marker} -->`)[1]?.trim().split('\n\n')[0] ?? '';
  const rows = table.split('\n').slice(2);
  return Object.fromEntries(
    rows.map((row) => {
      const [, name = '', targets = ''] = row.split('|').map((cell) => cell.trim());
      return [name, targets.split(', ')];
    }),
  );
}

function projects(): { path: string; tags: string[] }[] {
  return ['libs', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, name, 'package.json'), 'utf8'));
      return { path: `${folder}/${name}`, tags: manifest.nx?.tags ?? [] };
    }),
  );
}

describe('the rule of who may import whom', () => {
  it('is documented for types as it is enforced', () => {
    expect(documentedRules('type-rules')).toEqual(typeRules);
  });

  it('is documented for scopes as it is enforced', () => {
    expect(documentedRules('scope-rules')).toEqual(scopeRules);
  });

  it.each(projects())('applies to $path, which carries one known type and one known scope', ({ tags }) => {
    const values = (prefix: string) =>
      tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
    expect(values('type:')).toEqual([
      expect.stringMatching(new RegExp(`^(${Object.keys(typeRules).join('|')})$`)),
    ]);
    expect(values('scope:')).toEqual([
      expect.stringMatching(new RegExp(`^(${Object.keys(scopeRules).join('|')})$`)),
    ]);
  });
});
