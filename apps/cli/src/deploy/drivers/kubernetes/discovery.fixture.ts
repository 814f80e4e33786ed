/** Whatever a client sends. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever a client sends
export type Json = Record<string, any>;

/** Group and version, kind, and name in paths; all in namespaces but the last. */
export const KINDS = [
  ['v1', 'Pod', 'pods'],
  ['v1', 'Secret', 'secrets'],
  ['v1', 'Service', 'services'],
  ['v1', 'ServiceAccount', 'serviceaccounts'],
  ['v1', 'ConfigMap', 'configmaps'],
  ['apps/v1', 'Deployment', 'deployments'],
  ['apps/v1', 'ReplicaSet', 'replicasets'],
  ['batch/v1', 'Job', 'jobs'],
  ['policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'],
  ['networking.k8s.io/v1', 'Ingress', 'ingresses'],
  ['networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'],
  ['autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'verticalpodautoscalers'],
  ['keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects'],
  ['monitoring.coreos.com/v1', 'ServiceMonitor', 'servicemonitors'],
  ['v1', 'Namespace', 'namespaces'],
] as const;

const versions = [...new Set(KINDS.map(([version]) => version))];

/** That every kind may be changed with its fields checked by the server: kubectl leaves it to the server then. */
export function openApi(path: string): Json | undefined {
  if (path === '/openapi/v3') {
    const paths = versions.map((each) => [
      root(each).slice(1),
      { serverRelativeURL: `/openapi/v3${root(each)}` },
    ]);
    return { paths: Object.fromEntries(paths) };
  }
  const version = versions.find((each) => path === `/openapi/v3${root(each)}`);
  if (!version) return undefined;
  const paths = KINDS.filter(([each]) => each === version).map(([, kind, name]) => {
    const [group, of] = version.includes('/') ? version.split('/') : ['', version];
    const parameters = [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }];
    const patch = {
      parameters,
      responses: {},
      'x-kubernetes-group-version-kind': { group, version: of, kind },
    };
    return [`${root(version)}/${name}/{name}`, { patch }];
  });
  return { openapi: '3.0.0', info: { title: 'here', version: '1' }, paths: Object.fromEntries(paths) };
}

/** What kinds of objects there are. */
export function discovery(path: string): Json | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') {
    const groups = versions
      .filter((version) => version.includes('/'))
      .map((groupVersion) => {
        const [name, version] = groupVersion.split('/');
        return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
      });
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }
  const version = versions.find((each) => path === root(each));
  if (!version) return undefined;
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  const resources = KINDS.filter(([each]) => each === version).map(([, kind, name]) => ({
    name,
    kind,
    singularName: kind.toLowerCase(),
    namespaced: kind !== 'Namespace',
    verbs,
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: version, resources };
}

const root = (version: string): string => (version.includes('/') ? `/apis/${version}` : `/api/${version}`);
