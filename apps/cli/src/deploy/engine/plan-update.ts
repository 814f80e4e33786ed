import { type Instance, SERVICES, type ServiceName } from '../driver.js';
import type { Step } from './step.js';

export interface RegionState {
  readonly name: string;
  /** Where PostgreSQL has its primary by default, and where most instances are. */
  readonly primary: boolean;
  readonly instances: readonly Instance[];
}

export interface UpdateOptions {
  readonly release: string;
  /** Whether whole services are updated by the orchestrator. */
  readonly byService: boolean;
  /** For how long the first instance of each service is watched. */
  readonly watchSeconds: number;
  /** False when an older release comes back: what was added to the schema stays. */
  readonly migrate: boolean;
  /** Which instance is the canary of all: it goes first. Undefined: the first of each service is one. */
  readonly canary?: ServiceName;
}

/**
 * Steps of a rolling update: checks of every region, then the schema, then region after region, in each service after
 * service, one instance at a time. The region of the primary comes last: it has the most instances and takes the writes,
 * so a bad release should have been found before it gets there. What runs the release already has no step.
 */
export function planUpdate(regions: readonly RegionState[], options: UpdateOptions): Step[] {
  const { release } = options;
  const ordered = [...regions].sort((one, other) => Number(one.primary) - Number(other.primary));
  const changes = ordered.flatMap((region, i) => changesOf(region, options, i === 0));
  if (changes.length === 0) return [];
  const first = ordered[0]!.name; // there are changes, so there is a region
  return [
    ...ordered.map(({ name }) => ({ id: `check ${name}`, kind: 'check' as const, region: name, release })),
    ...(options.migrate ? [{ id: 'migrate', kind: 'migrate' as const, region: first, release }] : []),
    ...(options.canary ? canaryFirst(changes, options.canary, options.watchSeconds) : changes),
  ];
}

function changesOf(region: RegionState, options: UpdateOptions, isFirst: boolean): Step[] {
  return SERVICES.flatMap((service) => {
    const instances = region.instances.filter(
      (each) => each.service === service && each.release !== options.release,
    );
    return options.byService
      ? wholeService(region.name, service, instances, options.release)
      : instances.map((instance, i) => ({
          id: `${region.name} ${instance.name}`,
          kind: 'replace' as const,
          region: region.name,
          service,
          instance: instance.name,
          from: instance.release,
          to: options.release,
          watchSeconds: isFirst && i === 0 ? options.watchSeconds : 0,
        }));
  });
}

function wholeService(
  region: string,
  service: ServiceName,
  outdated: readonly Instance[],
  release: string,
): Step[] {
  if (outdated.length === 0) return [];
  const from = outdated[0]!.release; // there is one
  return [{ id: `${region} ${service}`, kind: 'update-service', region, service, from, to: release }];
}

function canaryFirst(changes: readonly Step[], service: ServiceName, watchSeconds: number): Step[] {
  const at = changes.findIndex((step) => step.kind === 'replace' && step.service === service);
  if (at < 0) return [...changes];
  const canary = changes[at] as Extract<Step, { kind: 'replace' }>; // found as such
  return [{ ...canary, watchSeconds }, ...changes.filter((_, i) => i !== at)];
}

/** The way back from what was done of a run, newest first: what was bad comes back before what was good. */
export function planWayBack(begun: readonly Step[]): Step[] {
  return begun.flatMap((step) => wayBackOf(step) ?? []).reverse();
}

/** Null for what changes nothing, or only adds, and for what was not there before. */
function wayBackOf(step: Step): Step | null {
  const id = `back ${step.id}`;
  switch (step.kind) {
    case 'replace':
      return step.from === null ? null : { ...step, id, from: step.to, to: step.from, watchSeconds: 0 };
    case 'update-service':
      return step.from === null ? null : { ...step, id, from: step.to, to: step.from };
    case 'start-beside':
      return { ...step, id, kind: 'remove-beside' };
    case 'take-over':
      return { ...step, id, kind: 'give-back' };
    default:
      return null;
  }
}
