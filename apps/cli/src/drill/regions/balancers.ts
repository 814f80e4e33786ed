/** Servers of a backend that are up, as the page of an HAProxy for operators says. @throws Error when it is away */
export async function serversUp(balancer: string, backend: string): Promise<string[]> {
  const reply = await fetch(`${balancer}/;csv`, { signal: AbortSignal.timeout(2_000) });
  const [head = '', ...lines] = (await reply.text()).split('\n');
  const columns = head.replace('# ', '').split(',');
  const at = (row: string[], name: string): string => row[columns.indexOf(name)] ?? '';
  return lines
    .map((line) => line.split(','))
    .filter((row) => at(row, 'pxname') === backend && at(row, 'status').startsWith('UP'))
    .map((row) => at(row, 'svname'))
    .filter((name) => name !== 'BACKEND' && name !== 'FRONTEND');
}
