import { globSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type ImportDeclaration, type ModuleItem, parseSync } from '@swc/core';

const root = join(import.meta.dirname, '..');
const exclude = ['**/node_modules', '**/dist'];
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

/** Imports that are there when the program runs: types alone make no cycle. */
function runtimeImports(file: string): string[] {
  const options = { syntax: 'typescript', decorators: true } as const;
  const { body } = parseSync(readFileSync(join(root, file), 'utf8'), options);
  return body.flatMap((item: ModuleItem) => {
    const from = 'source' in item && item.source?.value;
    if (!from || !from.startsWith('.') || ('typeOnly' in item && item.typeOnly)) return [];
    if (item.type === 'ImportDeclaration' && onlyTypes(item)) return [];
    return [join(dirname(file), from).replace(/\.js$/, '.ts')];
  });
}
const onlyTypes = ({ specifiers }: ImportDeclaration): boolean =>
  specifiers.length > 0 && specifiers.every((one) => one.type === 'ImportSpecifier' && one.isTypeOnly);

/** The first way found from a file back to itself, each file once; [] without any. Depth first, each file once. */
function findCycle(importsOf: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const follow = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of importsOf.get(file) ?? []) {
      const cycle = follow(next, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of importsOf.keys()) {
    const cycle = follow(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

// The rule import-x/no-cycle finds the same in eighty times the time. Cycles between projects are for the linter.
describe('the files of a project', () => {
  it('do not import each other in a circle', () => {
    const files = globSync('{libs,apps,bench,e2e,monitoring}/**/*.ts', { cwd: root, exclude });
    expect(files.length).toBeGreaterThan(500);
    expect(findCycle(new Map(files.map((file) => [file, runtimeImports(file)])))).toEqual([]);
  });

  it('that did would be named', () => {
    const circle = new Map([
      ['a', ['b', 'c']],
      ['b', []],
      ['c', ['d']],
      ['d', ['b', 'c']],
    ]);
    expect(findCycle(circle)).toEqual(['c', 'd', 'c']);
  });
});

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
