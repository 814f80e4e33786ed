/** What of the objects of Kubernetes is read here. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
}

interface PodSpec {
  readonly containers: { readonly name: string; image: string }[];
}

export interface Workload extends KubernetesObject {
  readonly spec: { readonly replicas?: number; readonly template: { readonly spec: PodSpec } };
  readonly status?: { readonly readyReplicas?: number };
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

export interface Pod extends KubernetesObject {
  readonly spec: PodSpec;
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
    }[];
  };
}

export interface Job extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

const OWN = /^(?:.*\/)?(gateway|market-data|prediction|worker|btcf)(?::[^/]*)?$/;

/** Objects as kustomize made them, with the images of this release. */
export function withRelease<T extends KubernetesObject>(
  objects: readonly T[],
  registry: string,
  release: string,
): T[] {
  const changed = structuredClone([...objects]);
  for (const object of changed) {
    for (const container of (object as unknown as Partial<Workload>).spec?.template?.spec.containers ?? []) {
      const target = OWN.exec(container.image)?.[1];
      if (target) container.image = `${registry}/${target}:${release}`;
    }
  }
  return changed;
}

export function holds(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
}

/** Why a pod is not ready, in the words of Kubernetes. */
export function troubleOf({ status }: Pod): string {
  const waiting = status.containerStatuses?.[0]?.state?.waiting;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return [waiting?.reason, waiting?.message ?? ready?.message].filter(Boolean).join(': ') || status.phase;
}
