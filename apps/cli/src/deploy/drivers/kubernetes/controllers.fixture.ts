import { randomUUID } from 'node:crypto';
import type { Json } from './discovery.fixture.js';

/** A release of this name never becomes ready. */
export const BROKEN = 'broken';

/** Keeps it, and does what a controller would do about it. */
export function settled(path: string, object: Json, objects: Map<string, Json>): Json {
  const metadata = object['metadata'];
  metadata.uid ??= objects.get(path)?.['metadata'].uid ?? randomUUID();
  metadata.resourceVersion = '1';
  metadata.generation = (objects.get(path)?.['metadata'].generation ?? 0) + 1;
  objects.set(path, object);
  if (object['kind'] === 'Deployment') rollOut(path, object, objects);
  if (object['kind'] === 'Job') runJob(path, object, objects);
  return object;
}

function rollOut(path: string, deployment: Json, objects: Map<string, Json>): void {
  const { metadata, spec } = deployment;
  const replicas: number = spec.replicas ?? 1;
  const broken = spec.template.spec.containers[0].image.endsWith(`:${BROKEN}`);
  const revision = String(metadata.generation);
  metadata.annotations = { ...metadata.annotations, 'deployment.kubernetes.io/revision': revision };
  deployment['status'] = {
    observedGeneration: metadata.generation,
    replicas,
    updatedReplicas: replicas,
    availableReplicas: broken ? replicas - 1 : replicas,
    readyReplicas: broken ? replicas - 1 : replicas,
    conditions: [
      broken
        ? {
            type: 'Progressing',
            status: 'False',
            reason: 'ProgressDeadlineExceeded',
            message: 'it does not get ready',
          }
        : { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ],
  };
  keepTemplate(path, deployment, revision, objects);
  const pods = path.replace('/apis/apps/v1', '/api/v1').replace(/deployments\/[^/]*$/, 'pods');
  for (const key of [...objects.keys()]) if (key.startsWith(`${pods}/${metadata.name}-`)) objects.delete(key);
  for (let i = 1; i <= replicas; i += 1) {
    const name = `${metadata.name}-${revision}-${i}`;
    objects.set(
      `${pods}/${name}`,
      podOf(name, spec.template.metadata.labels, spec.template.spec, !broken || i > 1),
    );
  }
}

/** What `rollout undo` goes back to. */
function keepTemplate(
  path: string,
  { metadata, spec }: Json,
  revision: string,
  objects: Map<string, Json>,
): void {
  const sets = path.replace(/deployments\/[^/]*$/, 'replicasets');
  objects.set(`${sets}/${metadata.name}-${revision}`, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${revision}`,
      uid: randomUUID(),
      namespace: metadata.namespace,
      labels: spec.template.metadata.labels,
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
        },
      ],
    },
    spec: { replicas: spec.replicas, selector: spec.selector, template: structuredClone(spec.template) },
  });
}

function podOf(name: string, labels: Json, spec: Json, ready: boolean): Json {
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'btcforecast', labels, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec,
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ restartCount: ready ? 0 : 4, state: ready ? {} : { waiting } }],
    },
  };
}

function runJob(path: string, job: Json, objects: Map<string, Json>): void {
  const broken = job['spec'].template.spec.containers[0].image.endsWith(`:${BROKEN}`);
  job['status'] = { conditions: [{ type: broken ? 'Failed' : 'Complete', status: 'True' }] };
  job['spec'].selector = { matchLabels: { 'job-name': job['metadata'].name } };
  const pods = path.replace('/apis/batch/v1', '/api/v1').replace(/jobs\/[^/]*$/, 'pods');
  const name = `${job['metadata'].name}-1`;
  objects.set(
    `${pods}/${name}`,
    podOf(name, { 'job-name': job['metadata'].name }, job['spec'].template.spec, true),
  );
}
