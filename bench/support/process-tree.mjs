import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of `pid` and of all that it has started, directly or not. Linux. */
export function processTree(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (const each of tree) tree.push(...(children.get(each) ?? []));
  return tree;
}

/** What a process really takes, bytes: memory shared with others counts in part. Undefined when it is gone. */
export function pssOf(pid) {
  const text = read(`/proc/${pid}/smaps_rollup`);
  const kb = text && /^Pss:\s+(\d+) kB/m.exec(text)?.[1];
  return kb ? Number(kb) * 1_024 : undefined;
}

/** User and system time of a process with its threads so far, seconds. */
export function cpuSeconds(pid) {
  const fields = afterName(read(`/proc/${pid}/stat`));
  return fields ? (Number(fields[11]) + Number(fields[12])) / 100 : 0; // USER_HZ is 100 on every Linux
}

function parentOf(pid) {
  const fields = afterName(read(`/proc/${pid}/stat`));
  return fields && Number(fields[1]);
}

/** The name may hold blanks and parentheses. */
function afterName(stat) {
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // it has ended meanwhile
  }
}
