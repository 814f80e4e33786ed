import { z } from 'zod';

const Cluster = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      state: z.string(),
      lag: z.union([z.number(), z.string()]).optional(),
    }),
  ),
});
/** What a node says of itself; it leaves the timeline out while PostgreSQL starts. */
const Self = z.object({ role: z.string().optional(), timeline: z.number().optional() });
export type PatroniMember = z.infer<typeof Cluster>['members'][number];

/** `leader` stays in etcd until its lease ends; a standby streams (later Patroni) or runs (3.0). */
const LEADS = new Set(['leader', 'master']);
const UP = new Set(['running', 'streaming']);
const IS_PRIMARY = new Set(['primary', 'master']);

export const leads = ({ role }: PatroniMember): boolean => LEADS.has(role);
/** Whether it leads or follows, rather than starts or stands still. */
export const isUp = ({ state }: PatroniMember): boolean => UP.has(state);

interface View {
  readonly members: readonly PatroniMember[];
  /** On which the node itself is primary; 0 when it is not. */
  readonly timeline: number;
}

/**
 * The members of a cluster as the primary of the latest timeline sees them, else as the first node that answers does;
 * empty when none does. Patroni reads what the etcd beside it has, which in a region that is or was cut off is how
 * things were before: the first that answers is not to be believed.
 *
 * @param askNodes GET of a path of Patroni's REST API, one function for each node; a node that fails is left out
 */
export async function membersOf(
  askNodes: readonly ((path: string) => Promise<string>)[],
): Promise<readonly PatroniMember[]> {
  const views = await Promise.all(askNodes.map((ask) => viewOf(ask).catch(() => null)));
  const answered = views.filter((view) => view !== null);
  return answered.toSorted((one, other) => other.timeline - one.timeline)[0]?.members ?? [];
}

async function viewOf(ask: (path: string) => Promise<string>): Promise<View> {
  const { role = '', timeline = 0 } = Self.parse(JSON.parse(await ask('/patroni')));
  const { members } = Cluster.parse(JSON.parse(await ask('/cluster')));
  return { members, timeline: IS_PRIMARY.has(role) ? timeline : 0 };
}
