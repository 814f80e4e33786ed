import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PERMISSIONS, ROLES } from '@btcforecast/contracts';
import { repositoryRoot } from '@btcforecast/testing';
import { permissionsOf } from './principal.js';
import { ROLE_PERMISSIONS } from './role-permissions.js';

/** Cells of the table in docs/access.md, its head first. */
function documentedTable(): string[][] {
  const page = readFileSync(join(repositoryRoot, 'docs/access.md'), 'utf8');
  const [, table = ''] = /<!-- roles -->([\s\S]*?)<!-- \/roles -->/.exec(page) ?? [];
  const lines = table.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

describe('the roles', () => {
  it('are documented as they are: otherwise run npm run docs:generate', () => {
    const [head = [], , ...rows] = documentedTable();
    expect(head.slice(1)).toEqual([...ROLES]);
    expect(rows.map(([permission]) => permission)).toEqual([...PERMISSIONS]);
    for (const [permission, ...cells] of rows) {
      const shown = ROLES.filter((_, index) => cells[index] === 'yes');
      const holders = ROLES.filter((role) => (ROLE_PERMISSIONS[role] as string[]).includes(permission!));
      expect({ permission, shown }).toEqual({ permission, shown: holders });
    }
  });

  it('give each permission to somebody, and all of them to administrators', () => {
    expect(new Set(ROLE_PERMISSIONS.admin)).toEqual(new Set(PERMISSIONS));
  });

  it('let administrators alone act for other tenants, and owners and them alone make keys and users', () => {
    const holders = (permission: (typeof PERMISSIONS)[number]) =>
      ROLES.filter((role) => ROLE_PERMISSIONS[role].includes(permission));
    expect([holders('tenants:read'), holders('tenants:write')]).toEqual([['admin'], ['admin']]);
    expect(holders('keys:write')).toEqual(['owner', 'admin']);
    expect(holders('users:write')).toEqual(['owner', 'admin']);
  });

  it('are narrowed by scopes, and never widened', () => {
    expect(permissionsOf(['viewer'], ['market:read', 'keys:write'])).toEqual(new Set(['market:read']));
    expect(permissionsOf(['viewer', 'owner'], null)).toEqual(new Set(ROLE_PERMISSIONS.owner));
    expect(permissionsOf(['admin'], [])).toEqual(new Set());
  });
});
