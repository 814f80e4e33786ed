import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { RegionsRig } from './regions-rig.js';

/** Of /proc/PID/stat, by sysconf(_SC_CLK_TCK) on every Linux. */
const TICKS_PER_SECOND = 100;
const SHOWN = 12;

/** Processor time since their start of all that runs, by what it is: seconds. */
export function processorSeconds({ base }: RegionsRig): Map<string, number> {
  const kinds = new Map(
    [...base.containers.values()].map(({ name, spec }) => [spec.network, kindOf(name, base.regions)]),
  );
  const used = new Map<string, number>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const [what, seconds] = usedBy(pid, kinds) ?? [];
    if (what !== undefined) used.set(what, (used.get(what) ?? 0) + seconds!);
  }
  return used;
}

/** Shares of one processor, the largest first. */
export function topUsers(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  seconds: number,
): string {
  return [...after]
    .map(([what, used]) => [what, (used - (before.get(what) ?? 0)) / seconds] as const)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, SHOWN)
    .map(([what, share]) => `${what} ${(share * 100).toFixed(0)} %`)
    .join(', ');
}

/** `us-east-gateway-1`: gateway. */
function kindOf(name: string, regions: readonly { readonly name: string }[]): string {
  const region = regions.find((each) => name.startsWith(`${each.name}-`));
  return name.slice(region ? region.name.length + 1 : 0).replace(/-\d+$/, '');
}

/** What is in no container is the rig itself, by the name of its program. */
function usedBy(pid: string, kinds: ReadonlyMap<string, string>): [string, number] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number) as [number, number];
    const program = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const kind = kinds.get(readlinkSync(`/proc/${pid}/ns/net`)) ?? `drill (${program})`;
    return [kind, (user + system) / TICKS_PER_SECOND];
  } catch {
    return undefined; // it has ended
  }
}
