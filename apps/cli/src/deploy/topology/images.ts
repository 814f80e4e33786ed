/**
 * Images of others, each at one version. `npm run images:lock` adds their digests when a release is made, in
 * `deploy/images.lock`, so that a tag which moves cannot change what runs.
 */
export const IMAGES = {
  nginx: 'nginxinc/nginx-unprivileged:1.28.0-bookworm',
  haproxy: 'haproxy:3.2.4-bookworm',
  redis: 'redis:7.4.5-bookworm',
  etcd: 'quay.io/coreos/etcd:v3.5.22',
  varnish: 'varnish:7.7.3',
  prometheus: 'prom/prometheus:v3.5.0',
  alertmanager: 'prom/alertmanager:v0.28.1',
  redisExporter: 'oliver006/redis_exporter:v1.74.0',
  postgresExporter: 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  nginxExporter: 'nginx/nginx-prometheus-exporter:1.4.2',
  nodeExporter: 'prom/node-exporter:v1.9.1',
  blackboxExporter: 'prom/blackbox-exporter:v0.27.0',
  beatExporter: 'trustpilot/beat-exporter:0.4.0',
  grafana: 'grafana/grafana:12.1.1',
  jaeger: 'jaegertracing/jaeger:2.9.0',
  collector: 'otel/opentelemetry-collector-contrib:0.132.0',
  elasticsearch: 'docker.elastic.co/elasticsearch/elasticsearch:8.19.2',
  kibana: 'docker.elastic.co/kibana/kibana:8.19.2',
  filebeat: 'docker.elastic.co/beats/filebeat:8.19.2',
  consul: 'hashicorp/consul:1.21.4',
  vault: 'hashicorp/vault:1.20.2',
} as const;

/** One of ours, as `deploy/docker/Dockerfile` builds it. */
export function ownImage(target: string): string {
  return `\${BTCF_REGISTRY:-btcforecast}/${target}:\${BTCF_VERSION:-dev}`;
}
