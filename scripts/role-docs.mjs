/** Turns the table of roles (libs/access) into the one of docs/access.md. Pure: text in, text out. */

const TABLE = /(<!-- roles -->\n)[\s\S]*?(\n<!-- \/roles -->)/;

/**
 * @param {string} page docs/access.md
 * @param {readonly string[]} permissions in the order of the table
 * @param {Readonly<Record<string, readonly string[]>>} roles what each role may do
 */
export function withRoleTable(page, permissions, roles) {
  const names = Object.keys(roles);
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const lines = [
    row(['permission', ...names]),
    row(['---', ...names.map(() => ':-:')]),
    ...permissions.map((permission) =>
      row([`\`${permission}\``, ...names.map((name) => (roles[name].includes(permission) ? 'yes' : ''))]),
    ),
  ];
  return page.replace(TABLE, (_, before, after) => `${before}\n${lines.join('\n')}\n${after}`);
}
