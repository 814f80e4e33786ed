import { setTimeout as delay } from 'node:timers/promises';
import type { Findings } from '../drill.js';
import { seconds } from '../judge.js';
import { type ExpectedAlert, type HeardAlert, untilHeard, untilOver } from './alerts.js';
import { Clients } from './clients.js';
import type { ForecastLoad } from './load.js';
import { faultsOfRecord, nodeUrl } from './record.js';
import type { RegionsRig } from './regions-rig.js';
import { SHORTER, withShortTimeBase } from './short-time-base.js';

const SETTLED_MS = 10_000;
const HEARD_MS = 240_000;
const SAID_MS = 60_000;
const OVER_MS = 180_000;
const WHOLE_MS = 180_000;
const LINE_LENGTH = 240;

/** A fault that the system lives with, until somebody who was told of it mends it. */
export interface Fault {
  /** Who is told of it, in this order. */
  readonly alerts: readonly ExpectedAlert[];
  /** How many of a thousand requests may fail meanwhile. */
  readonly mayFailPerMille: number;
  /** Breaks it. */
  begin(): Promise<void>;
  /** The line in which the system itself names the cause; null while there is none. */
  says(): Promise<string | null>;
  /** Mends it, as the runbook says, and waits until what was broken works again. */
  end(): Promise<void>;
  /** What must never be and was: each one sentence; asked while it is broken. */
  broken?(): Promise<string[]>;
  /** Whose requests cannot be answered, and do not count. */
  leftOut?(clients: Clients): readonly ForecastLoad[];
  remarks?(): readonly string[];
}

/**
 * Breaks something while clients of all regions work, waits until alerts are heard and the system says what is wrong,
 * mends it, and waits until all of that is over by itself.
 */
export function drillAlert(rig: RegionsRig, name: string, fault: Fault): Promise<Findings> {
  return withShortTimeBase(rig, async () => {
    const clients = await Clients.begin(rig, name);
    try {
      await delay(SETTLED_MS);
      await quietBefore(rig, fault);
      clients.fault();
      const course = await runCourse(rig, fault);
      await clients.stop();
      return await findings(rig, fault, { clients, course });
    } finally {
      await clients.stop();
    }
  });
}

/** When what happened, milliseconds after what came before it. */
interface Course {
  readonly heard: readonly HeardAlert[];
  readonly said: string;
  readonly broken: readonly string[];
  readonly recoveryMs: number;
  readonly overMs: number;
}

async function runCourse(rig: RegionsRig, fault: Fault): Promise<Course> {
  await fault.begin();
  const heard: HeardAlert[] = [];
  for (const alert of fault.alerts) heard.push(await untilHeard(rig, alert, HEARD_MS));
  const said = await rig.base.waitUntil('the system names the cause', () => fault.says(), SAID_MS);
  const broken = (await fault.broken?.()) ?? [];
  const mendedAt = performance.now();
  await fault.end();
  await rig.cluster.whole(WHOLE_MS);
  const recoveryMs = performance.now() - mendedAt;
  const over = await Promise.all(fault.alerts.map((alert) => untilOver(rig, alert, OVER_MS)));
  return { heard, said, broken, recoveryMs, overMs: Math.max(...over) };
}

/** An alert that fires already would prove nothing. */
async function quietBefore(rig: RegionsRig, { alerts }: Fault): Promise<void> {
  for (const alert of alerts) await untilOver(rig, alert, OVER_MS);
}

async function findings(
  rig: RegionsRig,
  fault: Fault,
  { clients, course }: { clients: Clients; course: Course },
): Promise<Findings> {
  const url = nodeUrl(rig, (await rig.cluster.leader())!.host);
  const { requests, failed } = clients.asked(fault.leftOut?.(clients));
  const tooMany = (1_000 * failed) / requests > fault.mayFailPerMille;
  return {
    detectionMs: course.heard[0]!.afterMs,
    recoveryMs: course.recoveryMs,
    requests,
    failed,
    lost: await clients.lost(url),
    broken: [
      ...(tooMany
        ? [`${failed} of ${requests} requests failed, more than ${fault.mayFailPerMille} of a thousand`]
        : []),
      ...course.broken,
      ...(await faultsOfRecord(url, clients.startedAt)),
    ],
    remarks: [
      ...course.heard.map(
        ({ afterMs, description }, i) =>
          `${fault.alerts[i]!.name} heard after ${seconds(afterMs)}: ${description}`,
      ),
      `said: ${course.said.trim().slice(0, LINE_LENGTH)}`,
      `alerts over ${seconds(course.overMs)} after all was whole; rules waited and looked back a ${SHORTER}th of their time`,
      ...(fault.remarks?.() ?? []),
      ...clients.remarks(),
    ],
  };
}
